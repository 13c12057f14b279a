"""Messy people whose match fields are known by construction: each kind of mess stands beside what it must become.

Written from graph-api.md section 5 alone. It knows nothing of the product, so that a misreading there can't be shared
by the test.
"""

import csv
import hashlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

COLUMNS = ("external_id", "email", "phone", "first_name", "last_name", "zip", "country", "city")
SCHEMA = ["EMAIL", "PHONE", "FN", "LN", "ZIP", "COUNTRY"]

Pair = tuple[str, str]
"""What stands in the file, and what it is once normalised."""


class Place(NamedTuple):
    code: str
    spellings: tuple[str, ...]
    zips: tuple[Pair, ...]
    number: Callable[[int], str]
    """The n-th phone number there, with its calling code."""
    local: tuple[str, ...]
    """How people write it at home; `{}` is the number without its calling code."""
    abroad: tuple[str, ...]


PLACES = (
    Place(
        "us", ("US", "usa", "United States"), (("98101-1234", "98101"), (" 10001", "10001"), ("303014321", "30301")),
        lambda n: f"1206{2_000_000 + n}", ("{}", " 1-{}"), ("+1 {}", "001{}", "+1.{} x12"),
    ),
    Place(
        "gb", ("GB", "UK", "United Kingdom "), (("SW1A 1AA", "sw1a1aa"), ("m1 1ae", "m11ae")),
        lambda n: f"447700{n:06}", ("0{}", "0044{}"), ("+44 (0){}", "0044 {}", "+44{}"),
    ),
    Place(
        "de", ("de", "Germany", "DEU"), (("10115", "10115"), (" 80331 ", "80331")),
        lambda n: f"49151{20_000_000 + n}", ("0{}", "0049 {}"), ("+49 (0){}", "0049{}"),
    ),
    Place(
        "fr", ("FR", "France"), (("75 008", "75008"),),
        lambda n: f"336{10_000_000 + n}", ("0{}", "0033 {}"), ("+33 {}", "0033 {}"),
    ),
    Place(
        "jp", ("JP", "Japan"), (("100-0001", "1000001"),),
        lambda n: f"8190{20_000_000 + n}", ("0{}", "+81 {}"), ("+81-{}", "0081 {}"),
    ),
)  # fmt: skip
CALLING_CODES = {"us": "1", "gb": "44", "de": "49", "fr": "33", "jp": "81"}
FIRST: tuple[Pair, ...] = (
    ("Mary", "mary"), ("JOSÉ", "josé"), ("Jose\u0301", "josé"), (" Anne-Marie", "annemarie"), ("Zoë ", "zoë"),
    ("Łukasz", "łukasz"), ("Мария", "мария"), ("陽子", "陽子"), ("Μαρία", "μαρία"), ("مريم", "مريم"), ("J. R.", "jr"),
    ("민준", "민준"), ("", ""), ("-", ""),
)  # fmt: skip
LAST: tuple[Pair, ...] = (
    ("O'Neil", "oneil"), ("D’Angelo", "dangelo"), ("MÜLLER", "müller"), ("van der Berg", "vanderberg"),
    ("Smith-Jones", "smithjones"), ("García  Márquez", "garcíamárquez"), ("Иванова", "иванова"), ("山田", "山田"),
    ("St. John", "stjohn"), ("Ñuñez", "ñuñez"), ("", ""),
)  # fmt: skip
DOMAINS = ("example.com", "mail.example.org", "Example.NET")
NO_EMAIL: tuple[Pair, ...] = (("", ""), ("  ", ""), ("n/a", ""), ("nobody@", ""))
NO_PHONE: tuple[Pair, ...] = (("", ""), ("0000", ""), ("unknown", ""))


class Person(NamedTuple):
    cells: list[str]
    normalised: tuple[str, ...]

    @property
    def has_a_field(self) -> bool:
        return any(self.normalised)

    @property
    def row(self) -> tuple[str, ...]:
        """What Facebook must be sent."""
        return tuple(hashlib.sha256(text.encode()).hexdigest() if text else "" for text in self.normalised)


def crowd(count: int, seed: int = 5) -> list[Person]:
    dice = random.Random(seed)  # noqa: S311
    return [person(number, dice) for number in range(count)]


def person(number: int, dice: random.Random) -> Person:
    if number % 40 == 0:
        pairs = [dice.choice(NO_EMAIL), dice.choice(NO_PHONE), ("", ""), ("-", ""), ("", ""), ("", "")]
    else:
        pairs = somebody(number, dice, dice.choice(PLACES), dice.random() < 0.8)
    cells = [f"m-{number}", *(raw for raw, _ in pairs), dice.choice(("", "Zürich", "Oslo"))]
    return Person(cells, tuple(text for _, text in pairs))


def somebody(number: int, dice: random.Random, place: Place, has_country: bool) -> list[Pair]:
    return [
        email(number, dice) if dice.random() < 0.85 else dice.choice(NO_EMAIL),
        phone(number, dice, place, has_country) if dice.random() < 0.7 else dice.choice(NO_PHONE),
        dice.choice(FIRST),
        dice.choice(LAST),
        dice.choice(place.zips) if has_country and dice.random() < 0.8 else ("", ""),
        (dice.choice(place.spellings), place.code) if has_country else ("", ""),
    ]


def email(number: int, dice: random.Random) -> Pair:
    clean = f"jane.doe+{number}@{dice.choice(DOMAINS)}".lower()
    return dice.choice((clean, clean.upper(), f"  {clean.title()} ", f"{clean}\t")), clean


def phone(number: int, dice: random.Random, place: Place, has_country: bool) -> Pair:
    """Without a country only the spellings that name the calling code can be read."""
    full = place.number(number)
    at_home = spaced(full.removeprefix(CALLING_CODES[place.code]), dice)
    spellings = place.local + place.abroad if has_country else place.abroad
    return dice.choice(spellings).format(at_home), full


def spaced(digits: str, dice: random.Random) -> str:
    mark = dice.choice(("", " ", "-", "."))
    return f"{digits[:3]}{mark}{digits[3:6]}{mark}{digits[6:]}"


def write(people: Sequence[Person], path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(person.cells for person in people)
    return path
