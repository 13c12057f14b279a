"""DOBY, DOBM and DOBD: one date of birth in three cells, all filled or all empty."""

import datetime
import re
from functools import lru_cache

from integrations.facebook.match_text import plain, with_ascii_digits

EARLIEST_YEAR = 1900  # the guide: YYYY from 1900 to the current year
LONGEST = 64

_TIME = r"(?:(?:T|,?\s+)\d{1,2}(?::?\d{2}){0,2}(?:[.,]\d+)?\s*(?:[AP]M)?\s*(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
_AS_STORED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})" + _TIME, re.ASCII | re.I)
_BASIC = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME, re.ASCII | re.I)
_MONTH_FIRST = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})" + _TIME, re.ASCII | re.I)


def today() -> datetime.date:
    """The one clock of this module."""
    return datetime.date.today()  # noqa: DTZ011  (a birthday has no time zone)


def birth_year(raw: str) -> str:
    return birth_parts(raw)[0]


def birth_month(raw: str) -> str:
    return birth_parts(raw)[1]


def birth_day(raw: str) -> str:
    return birth_parts(raw)[2]


def birth_parts(raw: str) -> tuple[str, str, str]:
    """Year, month and day."""
    return _read(raw, today()) if len(raw) <= LONGEST else ("", "", "")


@lru_cache(maxsize=1_024)
def _read(raw: str, latest: datetime.date) -> tuple[str, str, str]:
    """YYYY, MM, DD of an ISO 8601 or M/D/YYYY date; three empty strings for anything that was nobody's birthday.

    Kept for whoever asks for the three one after the other.
    """
    born = _date(with_ascii_digits(plain(raw)).strip())
    if born is None or born.year < EARLIEST_YEAR or born > latest:
        return "", "", ""
    year, month, day = born.isoformat().split("-")
    return year, month, day


def _date(text: str) -> datetime.date | None:
    """None for what is none, 30 February and month 13 among them. As a database writes it, it is read the quick way."""
    try:
        if _AS_STORED.fullmatch(text):
            return datetime.date.fromisoformat(text)
        found = _YEAR_FIRST.fullmatch(text) or _MONTH_FIRST.fullmatch(text) or _BASIC.fullmatch(text)
        return datetime.date(*(int(found[part]) for part in ("year", "month", "day"))) if found else None
    except ValueError:
        return None
