"""How many people a filter means, and how many of them have an e-mail and a phone: what a partner can match on."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from . import filters
from .filters import FilterRefused, Library, Reading, WholeLibrary
from .models import Profile, Segment

HEAVY = 5000  # conditions and listed values that one query takes on both databases


@dataclass(frozen=True)
class Coverage:
    people: int
    email: int
    phone: int

    def share(self, part: int) -> float:
        return round(100 * part / self.people, 1) if self.people else 0.0

    @property
    def email_share(self) -> float:
        return self.share(self.email)

    @property
    def phone_share(self) -> float:
        return self.share(self.phone)


def people(document: Any, now: datetime) -> QuerySet[Profile]:
    """Raises FilterRefused."""
    return Profile.objects.filter(filters.condition(document, now))


def coverage(people: QuerySet[Profile]) -> Coverage:
    """One query."""
    known = {name: Count("pk", filter=~Q(**{name: ""})) for name in ("email", "phone")}
    return Coverage(**people.order_by().aggregate(people=Count("pk"), **known))


def counts(segments: Iterable[Segment], now: datetime) -> dict[int, int | None]:
    """People by segment's id, None where its filter can't be used (any more); one query unless the filters are huge."""
    segments, library = list(segments), WholeLibrary()
    found: dict[int, int | None] = dict.fromkeys(segment.pk for segment in segments)
    for parcel in parcels(usable(segments, library, now)):
        asked = {f"s{pk}": Count("pk", filter=condition) for pk, condition, _ in parcel}
        found |= {int(name[1:]): number for name, number in Profile.objects.aggregate(**asked).items()}
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
