"""The columns of an import: which attribute each one is, and what its cells mean.

Cells are read a column at a time, which is what makes importing fast. An empty cell means "no information".
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from . import attributes, values
from .csv_file import FileRefused
from .models import Profile

MOST_COLUMNS = 300
# At most 15 digits, no leading zero: what is longer is a card or an account, what is padded is a code.
NUMBER = re.compile(r"-?(?![0-9]{16})(?=[0-9.]{1,16}$)(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
ORDERS = {"mdy": (2, 0, 1), "dmy": (2, 1, 0)}
NO_ID = "there is no column external_id, which every row needs"
BOOLEANS = {"true": True, "false": False}
OTHER_WORDS = {
    "birthday": "date_of_birth", "birthdate": "date_of_birth", "birth_date": "date_of_birth", "mobile": "phone",
    "phone_number": "phone", "email_address": "email", "given_name": "first_name", "surname": "last_name",
    "sex": "gender", "town": "city", "postcode": "zip", "postal_code": "zip", "zip_code": "zip", "zipcode": "zip",
    "user_id": "external_id", "customer_id": "external_id", "id": "external_id", "idfa": "mobile_advertiser_id",
}  # fmt: skip

Faults = dict[int, str]


@dataclass(frozen=True)
class Slip:
    """A column whose name is not known and near to one that is. `at` counts from 1."""

    at: int
    name: str
    meant: str

    def __str__(self) -> str:
        ask = f"did you mean {self.meant}? (if not, say --new-attribute {self.name!r})"
        return f"column {self.at}: {self.name} is not known; {ask}"


class HeaderRefused(FileRefused):
    """Everything that is wrong with a header. Where there are only slips, an answer to each is enough.

    `candidates`: columns one of which may be the external_id that no column is called.
    """

    def __init__(self, faults: list["str | Slip"], names: list[str], candidates: list[str]) -> None:
        self.names, self.candidates = names, candidates
        self.slips = [fault for fault in faults if isinstance(fault, Slip)]
        self.faults = [fault for fault in faults if not isinstance(fault, Slip)]
        super().__init__(f"The header can't be used: {'; '.join(map(str, faults))}.")


class DatesUnclear(FileRefused):
    """Dates of birth that can be read with the month first or with the day first: somebody must say."""

    def __init__(self, name: str, doubt: str) -> None:
        self.doubt = doubt
        super().__init__(f"{name}: {doubt} Say --dates mdy (month first) or --dates dmy (day first).")


class Column:
    """A column of texts, kept as they come. Others read their cells into something else."""

    def __init__(self, name: str, longest: int = values.LONGEST_TEXT) -> None:
        self.name, self.longest = name, longest
        self.built_in = name in attributes.BUILT_IN

    def read(self, cells: list[str]) -> tuple[list[Any], Faults]:
        """A value for each cell, "" or None where there is none; and why some can't be taken."""
        if max(map(len, cells), default=0) <= self.longest:
            return cells, {}
        reason = f"The value is longer than {self.longest} characters."
        return cells, {at: reason for at, cell in enumerate(cells) if len(cell) > self.longest}

    def learn(self, found: list[Any]) -> None:
        """Sees the values of good rows, before the whole column is known."""

    def settled(self) -> "Column":
        """The column as it is to be read once everything was seen."""
        return self


class LeftOut(Column):
    """A column that nobody wants: it is as if all its cells were empty."""

    def read(self, cells: list[str]) -> tuple[list[str], Faults]:
        return [""] * len(cells), {}


class Identity(Column):
    """external_id: no row without it."""

    def read(self, cells: list[str]) -> tuple[list[str], Faults]:
        found, faults = super().read(cells)
        if "" in cells:
            faults |= {at: "The row has none." for at, cell in enumerate(cells) if not cell}
        return found, faults


class Typed(Column):
    """Values of a registered type; what doesn't fit is refused row by row."""

    def __init__(self, name: str, parse: Callable[[str], Any]) -> None:
        super().__init__(name)
        self.parse = parse

    def read(self, cells: list[str]) -> tuple[list[Any], Faults]:
        found: list[Any] = [None] * len(cells)
        faults: Faults = {}
        for at, cell in enumerate(cells):
            if cell:
                try:
                    found[at] = self.parse(cell)
                except ValueError as error:
                    faults[at] = str(error)
        return found, faults


class New(Column):
    """An attribute that nobody had yet: its type is what all its values can be."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.types, self.seen = list(PARSERS), False

    def learn(self, found: list[str]) -> None:
        present = [cell for cell in found if cell]
        self.seen = self.seen or bool(present)
        self.types = [kind for kind in self.types if all(fits(PARSERS[kind], cell) for cell in present)]

    @property
    def type(self) -> str:
        return self.types[0] if self.types and self.seen else "text"

    def settled(self) -> Column:
        return custom_column(self.name, self.type)


class BirthDate(Typed):
    """ISO dates, and slashed ones in the one order that the whole column admits, or that `order` says."""

    def __init__(self, name: str, order: str = "") -> None:
        super().__init__(name, self.day)
        self.orders = {order: ORDERS[order]} if order else ORDERS
        self.examples: dict[frozenset[str], str] = {}

    def day(self, cell: str) -> date | str:
        """The day; a slashed one stays as it is until the order is known."""
        if values.ISO_DAY.fullmatch(cell):
            return iso_day(cell)
        days = self.readings(cell)
        if not days:
            raise ValueError("There is no such day. Write it like 1990-12-31.")
        return cell if len(self.orders) > 1 else next(iter(days.values()))

    def readings(self, cell: str) -> dict[str, date]:
        """The days that the cell can mean, by the order in which it is read."""
        match = SLASHED.fullmatch(cell)
        days = {order: slashed(match, places) for order, places in self.orders.items()} if match else {}
        return {order: day for order, day in days.items() if day}

    def learn(self, found: list[Any]) -> None:
        """Keeps one example of each kind: only M/D, only D/M, either with another meaning."""
        for cell in found:
            if isinstance(cell, str):
                readings = self.readings(cell)
                if len(readings) == 1 or len(set(readings.values())) == 2:
                    self.examples.setdefault(frozenset(readings), cell)

    def settled(self) -> "BirthDate":
        proofs = [order for order in ORDERS if frozenset([order]) in self.examples]
        if len(self.orders) == 1:
            return self
        if len(proofs) == 1 or not self.examples:
            return BirthDate(self.name, next(iter(proofs), "mdy"))
        raise DatesUnclear(self.name, self.doubt())

    def doubt(self) -> str:
        either = self.examples.get(frozenset(ORDERS))
        if len(self.examples) == 1:
            return f"{either} may mean two days, and no other row tells which."
        month, day = (self.examples[frozenset([order])] for order in ORDERS)
        return f"some dates have the month first ({month}), some the day ({day})."


def slashed(match: re.Match, places: tuple[int, int, int]) -> date | None:
    parts = match.groups()
    try:
        return date(*(int(parts[place]) for place in places))
    except ValueError:
        return None


def iso_day(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("There is no such day.") from None


def number(cell: str) -> int | float:
    if not NUMBER.fullmatch(cell):
        raise ValueError("The value is not a number like 5 or 2.5 (at most 15 digits).")
    return float(cell) if "." in cell else int(cell)


def boolean(cell: str) -> bool:
    found = BOOLEANS.get(cell.lower())
    if found is None:
        raise ValueError("The value is neither true nor false.")
    return found


def time(cell: str) -> str:
    """A date alone is the beginning of the company's day."""
    return values.moments(cell).first


PARSERS: dict[str, Callable[[str], Any]] = {"boolean": boolean, "number": number, "time": time}


def fits(parse: Callable[[str], Any], cell: str) -> bool:
    try:
        parse(cell)
    except ValueError:
        return False
    return True


def custom_column(name: str, kind: str) -> Column:
    return Typed(name, PARSERS[kind]) if kind in PARSERS else Column(name)


def columns(
    header: list[str], registered: dict[str, str], new: Collection[str], dates: str, renamed: Mapping[str, str]
) -> list[Column]:
    """The columns that a header names, or HeaderRefused. `renamed`: what a name stands for; "" leaves it out."""
    names = [renamed.get(name, name) for name in header]
    names = [attributes.ALIASES.get(name, name) for name in names]
    left_out = {at for at, name in enumerate(header) if name and not names[at]}
    if faults := list(header_faults(names, left_out, registered, new)):
        others = [name for at, name in enumerate(header) if name and names[at] not in attributes.BUILT_IN]
        raise HeaderRefused(faults, names, others if faults[-1] == NO_ID else [])
    return [LeftOut(header[at]) if at in left_out else column(name, registered, dates) for at, name in enumerate(names)]


def header_faults(
    names: list[str], left_out: Collection[int], registered: dict[str, str], new: Collection[str]
) -> Iterator[str | Slip]:
    known = set(names)
    if len(names) > MOST_COLUMNS:
        yield f"{len(names)} columns are too many; {MOST_COLUMNS} at most"
    else:
        for at in range(len(names)):
            if at not in left_out and (fault := name_fault(at, names, registered, new)):
                known |= {fault.meant} if isinstance(fault, Slip) else set()
                yield fault
    if "external_id" not in known:
        yield NO_ID


def name_fault(at: int, names: list[str], registered: dict[str, str], new: Collection[str]) -> str | Slip | None:
    name, here = names[at], f"column {at + 1}"
    if not name:
        return f"{here}: it has no name"
    if name in names[:at]:
        return f"{here}: {name} is there twice"
    if name in attributes.BUILT_IN or name in registered:
        return None
    if len(name) > values.LONGEST_NAME or not name.isprintable():
        return f"{here}: a name has at most {values.LONGEST_NAME} characters, on one line"
    near = "" if name in new else meant(name, registered)
    return Slip(at + 1, name, near) if near else None


def meant(name: str, registered: Collection[str]) -> str:
    """The known name that this one is a slip or another word for; of custom names only case and spacing may differ."""
    known = {plain(one): one for one in (*registered, *attributes.ALIASES, *attributes.BUILT_IN)} | OTHER_WORDS
    slips = get_close_matches(plain(name), [*attributes.BUILT_IN, *attributes.ALIASES], 1, 0.8)
    return known.get(plain(name)) or next(iter(slips), "")


def plain(name: str) -> str:
    return name.casefold().replace(" ", "_").replace("-", "_")


def column(name: str, registered: dict[str, str], dates: str) -> Column:
    if name == "date_of_birth":
        return BirthDate(name, dates)
    if name in attributes.BUILT_IN:
        kind = Identity if name == "external_id" else Column
        return kind(name, Profile._meta.get_field(name).max_length)
    return custom_column(name, registered[name]) if name in registered else New(name)
