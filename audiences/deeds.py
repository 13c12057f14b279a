"""What one person did and bought, the latest first, for her page."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, QuerySet, Sum, Value
from django.db.models.functions import Cast

from .behaviour import MONEY
from .models import Event, Profile, Purchase

SHOWN = 10
LONGEST = 80


@dataclass(frozen=True)
class Deed:
    """One event or purchase; its properties are name and value, as they may be personal data."""

    row: Event | Purchase

    @property
    def properties(self) -> Iterator[tuple[str, str]]:
        for name, value in self.row.properties.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield name, text if len(text) <= LONGEST else f"{text[:LONGEST]}…"

    @property
    def paid(self) -> Decimal:
        """For all pieces of a purchase, in its currency."""
        return self.row.price * self.row.quantity


@dataclass(frozen=True)
class Deeds:
    """The latest, how many there are in all, and what was spent: (currency, sum, purchases, the last one)."""

    events: list[Deed]
    purchases: list[Deed]
    did: list[tuple[str, int]]
    spent: list[tuple]

    @property
    def events_made(self) -> int:
        return sum(count for _, count in self.did)

    @property
    def purchases_made(self) -> int:
        return sum(count for _, _, count, _ in self.spent)


def of(profile: Profile) -> Deeds:
    """Three queries."""
    events, purchases = Event.objects.filter(profile=profile.pk), Purchase.objects.filter(profile=profile.pk)
    nothing, paid = Cast(Value(None), MONEY), Sum(F("price") * F("quantity"), output_field=MONEY)
    counted = summed(events, "name", nothing).union(summed(purchases, "currency", paid), all=True)
    rows = sorted(counted, key=lambda row: (-row[3], row[1]))
    did = [(name, count) for total, name, _, count in rows if total is None]
    spent = [(name, total, count, last) for total, name, last, count in rows if total is not None]
    return Deeds(latest(events), latest(purchases), did, sorted(spent, key=lambda row: -row[1]))


def summed(rows: QuerySet, by: str, total: Any) -> QuerySet:
    """What was paid, of what, when last, and how many times."""
    kinds = rows.order_by().values(kind=F(by)).annotate(total=total, last=Max("time"), count=Count("pk"))
    return kinds.values_list("total", "kind", "last", "count")


def latest(rows: QuerySet) -> list[Deed]:
    return [Deed(row) for row in rows.order_by("-time", "-pk")[:SHOWN]]
