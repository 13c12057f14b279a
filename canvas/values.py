"""Values as a Canvas document spells them: ISO 8601 durations and instants, weekdays, times of day; and what no
database would keep.

Each reader raises ValueError with a sentence that says what to write.
"""

import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from audiences.values import storable

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DURATION = re.compile(r"P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
LONGEST = timedelta(days=3660)
YEARS = range(2000, 2200)
LONG_AGO = datetime(YEARS[0], 1, 1, tzinfo=UTC)
DEEPEST = 40
LARGEST = 2**63


def duration(value: Any) -> timedelta:
    """`PT1H`, `P1D`, `P2W`: weeks, days, hours, minutes, seconds; at most ten years."""
    match = DURATION.fullmatch(value) if isinstance(value, str) and len(value) < 40 else None
    if not match:
        raise ValueError("Write a duration like PT1H (an hour), P1D (a day) or P2W (two weeks).")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if max(weeks, days, hours, minutes, seconds) > 10**9:
        raise ValueError("The duration is too long; ten years is the longest.")
    span = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if span > LONGEST:
        raise ValueError("The duration is too long; ten years is the longest.")
    return span


def instant(value: Any) -> datetime:
    """`2026-12-01T09:00:00Z`; without a zone it is meant in the company's."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        raise ValueError("Write a date and time like 2026-12-01T09:00:00Z.")
    if moment.year not in YEARS:
        raise ValueError(f"The year is out of reach; from {YEARS[0]} to {YEARS[-1]}.")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def written(moment: datetime) -> str:
    """The moment as a document spells it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def weekday(value: Any) -> int:
    """`monday` is 0."""
    if not isinstance(value, str) or value.lower() not in WEEKDAYS:
        raise ValueError(f"Write a weekday: {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(value.lower())


def time_of_day(value: Any) -> time:
    """`09:00`, in the company's time zone."""
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise ValueError("Write a time of day like 09:00.")
    return time.fromisoformat(value)


def unstorable(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each path in a JSON value that no database would keep, and why. Never follows what is nested too deep."""
    waiting = [(path, value, 0)]
    while waiting:
        here, value, depth = waiting.pop()
        if trouble := trouble_with(value, depth):
            yield here or "$", trouble
        elif isinstance(value, dict):
            yield from ((f"{here}.{key}", UNSTORABLE_TEXT) for key in value if not storable(key))
            waiting += [(f"{here}.{key}" if here else key, inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{here}[{at}]", inner, depth + 1) for at, inner in enumerate(value)]


UNSTORABLE_TEXT = "The text holds a character that no database can store (NUL or half a character)."


def trouble_with(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        return f"This is nested too deep; {DEEPEST} levels at most."
    if isinstance(value, str) and not storable(value):
        return UNSTORABLE_TEXT
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < LARGEST):
        return "The number is too large, or is none."
    return ""
