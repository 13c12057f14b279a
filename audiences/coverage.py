"""The people that filters mean: how many, and by what a partner can match them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from . import counting, filters
from .counting import Number
from .filters import FilterRefused, Library, Reading, WholeLibrary
from .models import Profile, Segment

HEAVY = 5000  # conditions and listed values that one query takes on both databases


@dataclass(frozen=True)
class Row:
    """One kind of identifier: how many have one that can be matched, the share of all, and who has one in vain."""

    label: str
    people: int
    share: float
    unusable: int
    why: str = ""


@dataclass(frozen=True)
class Reach:
    """What a partner can match these people by; `read` of them were looked at, all unless `is_about`."""

    partner: str
    read: int
    is_about: bool
    rows: Sequence[Row]


READERS: list[Callable[[QuerySet[Profile]], Reach]] = []
"""One for each partner, filled in its apps.py: `audiences` knows none. A constant number of queries."""


def reaches(people: QuerySet[Profile]) -> list[Reach]:
    return [read(people) for read in READERS]


def people(document: Any, now: datetime) -> QuerySet[Profile]:
    """Raises FilterRefused."""
    return Profile.objects.filter(filters.condition(document, now))


def counts(segments: Iterable[Segment], now: datetime) -> dict[int, Number | None]:
    """People by segment's id, None where its filter can't be used (any more); few queries unless filters are huge."""
    segments, library = list(segments), WholeLibrary()
    found: dict[int, Number | None] = dict.fromkeys(segment.pk for segment in segments)
    for parcel in parcels(usable(segments, library, now)):
        asked = counting.counts({f"s{pk}": condition for pk, condition, _ in parcel})
        found |= {int(name[1:]): number for name, number in asked.items()}
    return found


def usable(segments: Iterable[Segment], library: Library, now: datetime) -> Iterator[tuple[int, Q, int]]:
    """Id, condition and weight of each segment whose filter has no fault."""
    for segment in segments:
        reading = Reading(now, trail=(segment.name,), library=library)
        with suppress(FilterRefused):
            yield segment.pk, reading.condition(segment.filter, "filter"), reading.conditions + reading.values


def parcels(conditions: Iterable[tuple[int, Q, int]]) -> Iterator[list[tuple[int, Q, int]]]:
    """So many together as one query can take."""
    parcel, weight = [], 0
    for one in conditions:
        if parcel and weight + one[2] > HEAVY:
            yield parcel
            parcel, weight = [], 0
        parcel.append(one)
        weight += one[2]
    if parcel:
        yield parcel
