"""Crashes inside the tests' own process: what was committed stays, the open transaction is undone, nothing else runs.

For hundreds of crashes in seconds. `crash_at` kills real processes at the named points.
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from django.db import connection as database
from django.db.transaction import Atomic

from integrations.facebook.graph import Graph


class Crash(BaseException):
    """No handler of an error takes it."""


@contextmanager
def crash_before_statement(number: int) -> Iterator[None]:
    """Before the statement of this number (from 1) is sent to the database."""
    seen = itertools.count(1)

    def watch(execute, sql, params, many, context):
        if "SAVEPOINT" not in sql and next(seen) == number:
            raise Crash
        return execute(sql, params, many, context)

    with database.execute_wrapper(watch):
        yield


@contextmanager
def crash_at_post(when: str) -> Iterator[None]:
    """Before or after a request that sends people."""
    post = Graph.post

    def killed(*args, **kwargs):
        if when == "after":
            post(*args, **kwargs)
        raise Crash

    with patch.object(Graph, "post", killed):
        yield


@contextmanager
def alone() -> Iterator[None]:
    """The test's transaction is around all: what would be a transaction of its own without it is at least a savepoint,
    which a crash undoes alone. Some that Django opens for itself would not be."""
    enter = Atomic.__enter__

    def entered(self):
        self.savepoint = True
        return enter(self)

    with patch.object(Atomic, "__enter__", entered):
        yield


@contextmanager
def crashing(point: str | int | None) -> Iterator[list]:
    """The list is filled when it came to the crash: the work may be over before."""
    fell: list = []
    with ExitStack() as stack, alone():
        if isinstance(point, int):
            stack.enter_context(crash_before_statement(point))
        elif point:
            stack.enter_context(crash_at_post(point))
        try:
            yield fell
        except Crash:
            fell.append(point)
