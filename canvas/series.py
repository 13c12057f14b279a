"""What became of people over time: counted by the hour, shown by hour, day or month of the company's calendar."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format

from .ranges import HOUR, Range, floor

UNITS = {"hour": "Per hour", "day": "Per day", "month": "Per month"}
MOST_HOURS, MOST_DAYS = 7 * 24, 92
Hours = Sequence[tuple[datetime, Mapping[str, int]]]
"""The beginning of an hour, and how many people came to each name in it."""


@dataclass(frozen=True)
class Bucket:
    """One hour, day or month; `words` say which, `tick` in short."""

    at: datetime
    counts: Mapping[str, int]
    words: str
    tick: str

    @property
    def people(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Series:
    """Buckets without gaps, the names that are counted, and by which other units it may be asked for."""

    unit: str
    names: Sequence[str]
    buckets: Sequence[Bucket]
    units: Sequence[str]

    @property
    def words(self) -> str:
        return UNITS[self.unit]

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(unit, UNITS[unit]) for unit in self.units] if len(self.units) > 1 else []

    @property
    def people(self) -> int:
        return sum(bucket.people for bucket in self.buckets)


def series(hours: Hours, asked: Range, now: datetime, unit: str = "") -> Series:
    """`unit` where it is one that fits the range."""
    first = asked.since or min((at for at, _ in hours), default=floor(now))
    last = asked.until or now + timedelta(seconds=1)
    units = fitting(first, last)
    chosen = unit if unit in units else units[0]
    counted = gathered(hours, chosen)
    names = list(dict.fromkeys(name for _, counts in hours for name in counts))
    found = [bucket(at, counted.get(at, {}), chosen) for at in beginnings(first, last, chosen)]
    return Series(chosen, names, found, units)


def fitting(first: datetime, last: datetime) -> list[str]:
    """The units that make a readable picture of this time, the best one first."""
    days = (last - first) / timedelta(days=1)
    if days > MOST_DAYS:
        return ["month"]
    hourly = days * 24 <= MOST_HOURS + 24
    return ["hour", "day"] if days <= 2 else ["day", "hour"] if hourly else ["day"]


def gathered(hours: Hours, unit: str) -> dict[datetime, dict[str, int]]:
    found: dict[datetime, dict[str, int]] = {}
    for at, counts in hours:
        here = found.setdefault(begin(at, unit), {})
        for name, people in counts.items():
            here[name] = here.get(name, 0) + people
    return found


def begin(moment: datetime, unit: str) -> datetime:
    """Of the hour, day or month that the moment lies in."""
    if unit == "hour":
        return floor(moment)
    local = timezone.localtime(moment, timezone.get_default_timezone())
    return local.replace(day=1 if unit == "month" else local.day, hour=0, minute=0, second=0, microsecond=0, fold=0)


def beginnings(first: datetime, last: datetime, unit: str) -> Iterator[datetime]:
    """Of each hour, day or month from the one of `first` on that begins before `last`."""
    at = begin(first, unit)
    while at < last:
        yield at
        at = begin(at + {"hour": HOUR, "day": timedelta(hours=36), "month": timedelta(days=40)}[unit], unit)


def bucket(at: datetime, counts: Mapping[str, int], unit: str) -> Bucket:
    local = timezone.localtime(at)
    words = {"hour": "j M Y, H:i", "day": "j M Y", "month": "F Y"}[unit]
    tick = {"hour": "H:i", "day": "j M", "month": "M Y"}[unit]
    return Bucket(at, counts, date_format(local, words), date_format(local, tick))


def merged(parts: Iterable[Hours]) -> Hours:
    """Several counts as one."""
    found: dict[datetime, dict[str, int]] = {}
    for at, counts in (line for part in parts for line in part):
        here = found.setdefault(at, {})
        for name, people in counts.items():
            here[name] = here.get(name, 0) + people
    return sorted(found.items())
