"""Before what is known of people changes: who must know of it first, and who must never see half of it.

A change, or an erasure, holds the gate from before it looks at anybody until it is committed. So does whoever reads
people to pass them on. Changes go through together, and readings go through together, but never one beside the other:
each reading comes wholly before a change, which then finds what was read, or wholly after it. The gate is taken before
any row is locked, so that nobody waits in a circle.

SQLite needs no gate: a transaction there holds the one write lock. On PostgreSQL it is a row of advisory locks, its
lanes: a reading holds one of them alone, a change holds all of them beside other changes.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

Changed = dict[int, set[str]]
"""By profile id, the fields of Profile that are about to hold something else."""

LISTENERS: list[Callable[[Changed], None]] = []
"""Each is told once a chunk, in the transaction of the change, while the rows still hold what they held."""

# Eight lanes: more readings than these at once wait for one another.
ALL_SHARED = "SELECT pg_advisory_xact_lock_shared(lane) FROM generate_series(71001, 71008) AS lane"
ALL_ALONE = "SELECT pg_advisory_xact_lock(lane) FROM generate_series(71001, 71008) AS lane"
ONE_ALONE = """SELECT pg_advisory_xact_lock(coalesce(
    (SELECT lane FROM generate_series(71001, 71008) AS lane WHERE pg_try_advisory_xact_lock(lane) LIMIT 1),
    71001 + floor(random() * 8)::int))"""
"""One that is free; else it waits for any. Lanes are taken in their order, so that nobody waits in a circle."""


def listen(listener: Callable[[Changed], None]) -> None:
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def begin() -> None:
    """The first thing in a transaction that changes or erases people."""
    take(ALL_SHARED)


@contextmanager
def still() -> Iterator[None]:
    """A transaction in which nobody is being changed or erased; others may read in one like it."""
    with transaction.atomic():
        take(ONE_ALONE)
        yield


@contextmanager
def alone() -> Iterator[None]:
    """A transaction in which nobody is being changed or erased, nor read in another one."""
    with transaction.atomic():
        begin_alone()
        yield


def begin_alone() -> None:
    """The same for whoever changes many people in no order, as the engine does: rows would be waited for in a circle.
    It holds its Canvas by then, for which nobody waits who holds the gate."""
    take(ALL_ALONE)


def take(lanes: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(lanes)


def announce(changed: Changed) -> None:
    if changed:
        for listener in LISTENERS:
            listener(changed)


def learned(fields: Collection[str], before: Mapping[str, tuple], after: Mapping[str, Collection[Any]]) -> Changed:
    """Who is about to hold another value in which of the fields: by external id, (pk, values) and the new values.

    An empty new value is "no information", as for `upsert`.
    """
    found: Changed = {}
    for who, (pk, *old) in before.items():
        pairs = zip(fields, old, after[who], strict=True)
        if news := {name for name, was, will in pairs if will != was and will is not None and will != ""}:
            found[pk] = news
    return found
