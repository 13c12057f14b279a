"""What would be sent for one person: each chosen field raw, normalised, and as it would leave; nothing does.

By the readable reference, which the sending path is held equal to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.db.models import QuerySet

from audiences.models import Profile

from ..partner import Person
from . import fields
from .match_fields import UNHASHED, hashed, normalise


@dataclass(frozen=True)
class Piece:
    """A part of a value; `mark` says what becomes of it: kept "", left out "gone", or "changed"."""

    text: str
    mark: str = ""

    @property
    def seen(self) -> str:
        """Blanks and what can't be seen, as dots."""
        return "".join("·" if char.isspace() else char if char.isprintable() else "◦" for char in self.text)


@dataclass(frozen=True)
class Cell:
    """One cell of the row."""

    normalised: Sequence[Piece]
    sent: str


@dataclass(frozen=True)
class Walk:
    """One field's way. `cells` is empty where nothing is sent; `why` then says why, if there was a value."""

    label: str
    raw: Sequence[Piece]
    cells: Sequence[Cell]
    is_hashed: bool
    why: str = ""


@dataclass(frozen=True)
class Rehearsal:
    """One person's row."""

    person: Profile
    walks: Sequence[Walk]
    is_in_audience: bool

    @property
    def sent(self) -> int:
        return sum(bool(walk.cells) for walk in self.walks)


def of(person: Profile, chosen: Sequence[str], people: QuerySet | None) -> Rehearsal:
    """`people`: the target audience, if there is one."""
    values = Person.of(person, fields.columns(chosen)).values
    walks = [walk(name, values) for name in fields.FIELDS if name in chosen]
    return Rehearsal(person, walks, people is not None and people.filter(pk=person.pk).exists())


def walk(name: str, values: Mapping[str, str]) -> Walk:
    keys, column = fields.FIELDS[name]
    raw = values[column]
    cells = [cell(key, raw, values["country"]) for key in keys]
    is_hashed = not UNHASHED.issuperset(keys)
    if not all(each.sent for each in cells):
        return Walk(
            fields.LABELS[name], [Piece(raw)] if raw else [], [], is_hashed, fields.USELESS[name] if raw else ""
        )
    is_whole = len(keys) == 1 and name != "first_initial"
    marked = marks(raw, "".join(piece.text for piece in cells[0].normalised)) if is_whole else [Piece(raw)]
    return Walk(fields.LABELS[name], marked, cells, is_hashed)


def cell(key: str, raw: str, country: str) -> Cell:
    value = normalise(key, raw, country)
    return Cell(changes(raw, value), value if key in UNHASHED else hashed(value))


def changes(raw: str, value: str) -> list[Piece]:
    """The normalised value, what is new or other in it marked."""
    same = {there for here, there in pairs(raw, value) if raw[here] == value[there]}
    return pieces(value, "changed", same)


def marks(raw: str, value: str) -> list[Piece]:
    """The raw value, what is left out of it marked."""
    return pieces(raw, "gone", {here for here, _ in pairs(raw, value)})


def pairs(raw: str, value: str) -> Iterator[tuple[int, int]]:
    """Which character of the raw value became which, capitals or not."""
    for here, there, length in SequenceMatcher(None, low(raw), low(value), autojunk=False).get_matching_blocks():
        yield from ((here + n, there + n) for n in range(length))


def low(text: str) -> str:
    """Lower case, unless characters were to move by it."""
    return text.lower() if len(text.lower()) == len(text) else text


def pieces(text: str, mark: str, plain: set[int]) -> list[Piece]:
    """`text` in runs; those that are not at `plain` places are marked."""
    runs = groupby(range(len(text)), plain.__contains__)
    return [Piece("".join(text[at] for at in places), "" if is_plain else mark) for is_plain, places in runs]
