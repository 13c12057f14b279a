"""Recurring entry: every day, week or month at a time of day in the company's time zone."""

import calendar
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils import timezone

from . import values

EVERY = ("day", "week", "month")
FARTHEST = timedelta(days=400)


def runs_from(entry: Mapping[str, Any], start: datetime) -> datetime | None:
    """The first run at `start` or later; None when its last one has passed.

    A day that a month doesn't have is its last one. A time that the clock leaves out, or shows twice, is the first
    moment that the clock shows it, or would have.
    """
    zone = timezone.get_default_timezone()
    until = values.instant(entry["until"]) if entry.get("until") else None
    clock = values.time_of_day(entry["time"])
    for day in days(timezone.localdate(start, zone)):
        moment = datetime.combine(day, clock, zone).astimezone(UTC)
        if moment >= start and is_on(entry, day):
            return moment if until is None or moment <= until else None
    return None


def days(first: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range(FARTHEST.days))


def is_on(entry: Mapping[str, Any], day: date) -> bool:
    if entry["every"] == "week":
        return day.weekday() in {values.weekday(name) for name in entry["weekdays"]}
    if entry["every"] == "month":
        return day.day == min(entry["day"], calendar.monthrange(day.year, day.month)[1])
    return True
