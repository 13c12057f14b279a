"""The match fields of many people at once: columns of raw values in, columns of cells out.

The same cells as match_fields, which is the reference; a property test holds the two equal. What makes it fast: fields
of few different values are remembered (never e-mails, phones or ids), ASCII is recognised first, and each key is one
loop over one column. What is remembered is bounded, and lives as long as its Columns.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from ..uncollected import uncollected
from . import match_dates
from .match_fields import LONGEST_EMAIL, email, external_id, mobile_advertiser_id
from .match_names import gender, initial, name
from .match_phone import LONGEST_TEXT, common_number, phone, without_spelling
from .match_places import WITH_US_ZIP_CODES, city, country, postal_code, state

GENERATION = 49_152
"""Values that a memo takes before it forgets those that were not asked for since it was last full."""

BIRTH = ("DOBY", "DOBM", "DOBD")
SOMEWHERE = ("", "US", "GB")
"""A country for each of the three ways to read a state or a ZIP: unknown, with American ZIP codes, another."""

PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]++(?:\.[a-z0-9_+-]++)*+@(?:[a-z0-9]++(?:-[a-z0-9]++)*+\.)+[a-z]{2,}+")
"""Addresses that `email` would only lower and trim: most of them."""
AMERICAN_PHONE = re.compile(r"\+1[2-9][0-9]{9}")
FIVE_DIGITS = re.compile(r"[0-9]{5}")
"""A ZIP or postal code that is the same for every country. There are too many to remember them."""

Column = Sequence[str]
Wanted = Sequence[tuple[str, str]]


class Memo(dict):
    """What `make` made of a text, for texts that come again. Holds two generations at most."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        super().__init__()
        self.make, self.older = make, {}

    def __missing__(self, text: str) -> Any:
        made = self.older[text] if text in self.older else self.make(text)
        if len(self) >= GENERATION:
            self.older = self.copy()
            self.clear()
        self[text] = made
        return made

    def of(self, texts: Column) -> list:
        return list(map(self.__getitem__, texts))


class Columns:
    """`finish` is done with every normalised value of a key that is hashed: `hashed` for what is sent, `bool` where
    only somebody's having one matters.
    """

    def __init__(self, finish: Callable[[str], Any]) -> None:
        self.finish = finish
        self.codes, self.ways = Memo(country), Memo(way)
        self.states = [self.memo(state, where) for where in SOMEWHERE]
        self.zips = [self.memo(postal_code, where) for where in SOMEWHERE]
        self.parts, self.births, self.day = Memo(finish), Memo(self.born), date.min
        self.alone = {
            "EMAIL": self.emails, "FN": self.memo(name).of, "LN": self.memo(name).of, "FI": self.memo(initial).of,
            "GEN": self.memo(gender).of, "CT": self.memo(city).of, "COUNTRY": self.memo(country).of,
            "MADID": unhashed(mobile_advertiser_id), "EXTERN_ID": unhashed(external_id),
        }  # fmt: skip

    def memo(self, rule: Callable[..., str], *where: str) -> Memo:
        finish = self.finish
        return Memo(lambda raw: finish(rule(raw, *where)))

    def of(self, wanted: Wanted, values: Mapping[str, Column]) -> list[Column]:
        """One column of cells for each (key, column name) of `wanted`. `values` are raw texts of the same people, and
        hold "country".
        """
        found: dict[str, Column] = {}
        for key, column in wanted:
            if key not in found:
                found |= self.made(key, values[column], values["country"])
        return [found[key] for key, _ in wanted]

    def rows(self, wanted: Wanted, values: Mapping[str, Column]) -> list[tuple]:
        """The same, a row for each of the people."""
        with uncollected():
            return list(zip(*self.of(wanted, values), strict=True)) or [()] * len(values["country"])

    def made(self, key: str, raw: Column, countries: Column) -> dict[str, Column]:
        if key in BIRTH:
            return dict(zip(BIRTH, self.dates(raw), strict=True))
        if key == "PHONE":
            return {key: self.phones(raw, countries)}
        if key in ("ST", "ZIP"):
            return {key: self.regional(raw, countries) if key == "ST" else self.postal(raw, countries)}
        return {key: self.alone[key](raw)}

    def emails(self, raw: Column) -> list:
        finish, is_plain = self.finish, PLAIN_EMAIL.fullmatch
        return [
            (finish(low) if is_plain(low) and text.isascii() and len(low) <= LONGEST_EMAIL else finish(email(text)))
            if text
            else ""
            for text, low in zip(raw, together(raw, str.lower), strict=True)
        ]

    def phones(self, raw: Column, countries: Column) -> list:
        """A country is read once; its code means the same to `phone`."""
        finish, is_american, regions = self.finish, AMERICAN_PHONE.fullmatch, map(str.upper, self.codes.of(countries))
        return [
            finish(short[1:] if is_american(short) and len(text) <= LONGEST_TEXT else any_phone(text, short, region))
            if text
            else ""
            for text, short, region in zip(raw, together(raw, without_spelling), regions, strict=True)
        ]

    def regional(self, raw: Column, countries: Column) -> list:
        memos = self.states
        return [memos[way][text] for text, way in zip(raw, self.ways.of(countries), strict=True)]

    def postal(self, raw: Column, countries: Column) -> list:
        memos, finish, is_plain = self.zips, self.finish, FIVE_DIGITS.fullmatch
        return [
            finish(text) if is_plain(text) else memos[way][text]
            for text, way in zip(raw, self.ways.of(countries), strict=True)
        ]

    def dates(self, raw: Column) -> list[Column]:
        """Three columns. Who may have been born changes at midnight."""
        if self.day != match_dates.today():
            self.births, self.day = Memo(self.born), match_dates.today()
        return list(zip(*self.births.of(raw), strict=True)) or [(), (), ()]

    def born(self, raw: str) -> tuple:
        """Of some 150 different cells, which all dates share."""
        return tuple(self.parts.of(match_dates.birth_parts(raw)))


def way(raw: str) -> int:
    """Which of SOMEWHERE reads as this country does."""
    code = country(raw)
    return 0 if not code else 1 if code in WITH_US_ZIP_CODES else 2


def any_phone(text: str, short: str, region: str) -> str:
    return (len(text) <= LONGEST_TEXT and common_number(short, region)) or phone(text, region)


def together(texts: Column, change: Callable[[str], str]) -> Column:
    """All changed as one text, which is much quicker than each; left as they are where one of them holds a NUL."""
    changed = change("\0".join(texts)).split("\0")
    return changed if len(changed) == len(texts) else texts


def unhashed(rule: Callable[[str], str]) -> Callable[[Column], list[str]]:
    return lambda raw: [rule(text) if text else "" for text in raw]
