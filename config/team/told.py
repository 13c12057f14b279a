"""Who is told of what breaks, in words: for a page on which everybody's choice can be seen, and changed by nobody."""

from collections.abc import Iterator
from dataclasses import dataclass

from .models import NoticeChoice, User
from .notices import KINDS, Reader, readers_of

Reach = NoticeChoice.Reach
SHOWN = 12


@dataclass(frozen=True)
class Person:
    """`words`: of which kinds, and how; one line where it is the same for all."""

    user: User
    words: list[str]


@dataclass(frozen=True)
class Told:
    """`everybody`: who may be told at all, by id. `authors`: how many are told only of what concerns their Canvases."""

    everybody: dict[int, User]
    people: list[Person]
    authors: int

    @property
    def shown(self) -> list[Person]:
        return self.people[:SHOWN]

    @property
    def more(self) -> int:
        return max(len(self.people) - SHOWN, 0)


def all_of_it() -> Told:
    """Two queries."""
    rows: dict[int, dict[str, Reader]] = {}
    for kind, found in readers_of(*KINDS).items():
        for one in found:
            rows.setdefault(one.user.pk, {})[kind] = one
    users = {pk: next(iter(kinds.values())).user for pk, kinds in rows.items()}
    people = [Person(users[pk], words) for pk, kinds in rows.items() if (words := [*lines(kinds)])]
    authors = sum(is_author(kinds) for kinds in rows.values())
    return Told(users, people, authors)


def is_author(kinds: dict[str, Reader]) -> bool:
    """Nothing is told to her whosesoever Canvas it concerns, and something of her own."""
    reaches = {reach for one in kinds.values() for reach in (one.mail, one.shown)}
    return Reach.MINE in reaches and Reach.ALL not in reaches


def lines(kinds: dict[str, Reader]) -> Iterator[str]:
    """Of what she is told whosesoever Canvas it concerns."""
    ways = {kind: way(one) for kind, one in kinds.items()}
    if len(set(ways.values())) == 1:
        yield from filter(None, set(ways.values()))
    else:
        yield from (f"{KINDS[kind].label}: {how}" for kind, how in ways.items() if how)


def way(one: Reader) -> str:
    mail, shown = ("by e-mail" * (one.mail == Reach.ALL), "here" * (one.shown == Reach.ALL))
    return " and ".join(filter(None, (mail, shown)))
