"""Values as filters and imports spell them, and the one form in which each type is stored and compared.

A reader takes what came and raises ValueError with a sentence that says what to write instead.
"""

import math
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.timezone import get_default_timezone

LONGEST_TEXT = 1000
LONGEST_NAME = 100
DEEPEST_JSON = 50
LONGEST_SPAN = timedelta(days=36525)
DURATION = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,7})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,11})S)?)?"
)
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Span(NamedTuple):
    """From `first` to `last`, both included. A date is a whole day; a date and time is one second."""

    first: Any
    last: Any


def text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw:
        raise ValueError("Write a text that is not empty.")
    if len(raw) > LONGEST_TEXT:
        raise ValueError(f"The text is too long; {LONGEST_TEXT} characters at most.")
    if not storable(raw):
        raise ValueError("The text holds a character that no database can store (NUL or half a character).")
    return raw


def storable(raw: str) -> bool:
    """PostgreSQL knows no NUL, and UTF-8 no half of a surrogate pair."""
    try:
        return b"\x00" not in raw.encode()
    except UnicodeEncodeError:
        return False


def json_fault(raw: Any, levels: int = DEEPEST_JSON) -> str:
    """Why JSON can't be stored as it is; "" when it can."""
    if isinstance(raw, str):
        return (
            "" if storable(raw) else "There is a character in it that no database can store (NUL or half a character)."
        )
    if not isinstance(raw, dict | list):
        return ""
    if not levels:
        return f"It is nested too deep; {DEEPEST_JSON} levels at most."
    parts = [*raw, *raw.values()] if isinstance(raw, dict) else raw
    return next((why for part in parts if (why := json_fault(part, levels - 1))), "")


def number(raw: Any) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError("Write a number, such as 5 or 2.5, without quotes.")
    try:
        value = float(raw)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise ValueError("The number is too large.")
    return value


def boolean(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError("Write true or false, without quotes.")
    return raw


def moments(raw: Any) -> Span:
    """The span of stored times that a date (the company's whole day) or a date and time stands for."""
    value = iso(raw)
    try:
        if isinstance(value, datetime):
            return Span(stored_time(value), stored_time(value))
        end = midnight(value + timedelta(days=1)) - timedelta(seconds=1)
        return Span(stored_time(midnight(value)), stored_time(end))
    except OverflowError:
        raise ValueError("The date is out of range.") from None


def days(raw: Any) -> Span:
    """The day that a date stands for; of a date and time, the company's day that it falls on."""
    value = iso(raw)
    try:
        day = local_day(value) if isinstance(value, datetime) else value
    except OverflowError:
        raise ValueError("The date is out of range.") from None
    return Span(day, day)


def iso(raw: Any) -> date | datetime:
    """A date, or an aware date and time; one without an offset is on the company's clock."""
    if not isinstance(raw, str) or not ISO_DAY.match(raw):
        raise ValueError("Write a date like 2026-12-01, or a date and time like 2026-12-01T09:00:00Z.")
    try:
        value = date.fromisoformat(raw) if len(raw) == 10 else datetime.fromisoformat(raw)
    except ValueError:
        raise ValueError("There is no such date or time. Write it like 2026-12-01T09:00:00Z.") from None
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=get_default_timezone())
    return value


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=get_default_timezone())


def local_day(moment: datetime) -> date:
    return moment.astimezone(get_default_timezone()).date()


def stored_time(moment: datetime) -> str:
    """UTC to the second, always 20 characters, so that the order of the texts is the order of the times."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def duration(raw: Any) -> timedelta:
    """Weeks, days, hours, minutes, seconds. Months and years differ in length, so they are not taken."""
    match = DURATION.fullmatch(raw) if isinstance(raw, str) else None
    if not match:
        hint = " Months and years differ in length: write days." if isinstance(raw, str) and raw[:1] == "P" else ""
        raise ValueError(f"Write a duration like PT12H (twelve hours), P30D (thirty days) or P2W (two weeks).{hint}")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < span <= LONGEST_SPAN:
        raise ValueError("A duration is longer than nothing and at most a hundred years.")
    return span
