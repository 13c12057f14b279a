"""Values as a Canvas document spells them: ISO 8601 durations and instants, weekdays, times of day.

Each reader raises ValueError with a sentence that says what to write.
"""

import re
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DURATION = re.compile(r"P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)
LONGEST = timedelta(days=3660)


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
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


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
