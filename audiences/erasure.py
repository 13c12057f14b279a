"""Erasure: a profile goes for good, with its events and purchases; what other packages keep is made nameless first.

A package that points to profiles adds its step to STEPS from its apps.py; one that has passed people on to somebody
adds what its receipts say to PLACES.
"""

import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from config.team.models import User, record

from . import changes, values
from .models import Erasure, Profile

Erasures = Mapping[int, Erasure]
"""The receipts of those who go, by the ids of their profiles."""

STEPS: list[Callable[[Erasures, datetime], None]] = []
"""Each runs in the transaction of the erasure, before the profiles go. Must be idempotent. What it has to take somebody
out of elsewhere it adds to the receipt's `places`."""


@dataclass(frozen=True)
class Place:
    """Somewhere outside, and how far taking the person out of it has come. Tone: good, warn
    while it is being tried, or bad."""

    name: str
    detail: str
    state: str
    tone: str
    words: str = ""
    cure: str = ""
    at: datetime | None = None
    next_try: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Nothing is tried any more."""
        return self.tone != "warn"

    @property
    def icon(self) -> str:
        return {"good": "ok", "warn": "clock", "bad": "stop"}[self.tone]


PLACES: list[Callable[[Sequence[Erasure], datetime], Mapping[int, list[Place]]]] = []
"""Each tells of these receipts, by their ids, the places outside that it knows; a constant number of queries."""


def register(step: Callable[[Erasures, datetime], None]) -> None:
    if step not in STEPS:
        STEPS.append(step)


@transaction.atomic
def erase(
    external_ids: Collection[str], now: datetime, via: str = "command line", actor: User | None = None
) -> dict[str, Erasure]:
    """The receipts of those who were known, by external id; who is not known is no fault, and gets none."""
    changes.begin()
    rows = Profile.objects.select_for_update().filter(external_id__in=sorted(external_ids)).order_by("external_id")
    people = dict(rows.values_list("external_id", "pk"))
    made = [Erasure(who=keyed(who), at=now, via=via, actor=actor) for who in people]
    receipts = dict(zip(people.values(), Erasure.objects.bulk_create(made), strict=True))
    if receipts:
        for step in STEPS:
            step(receipts, now)
        Erasure.objects.bulk_update(made, ["places"])
        Profile.objects.filter(pk__in=receipts).delete()
    numbers = [one.number for one in made]
    record(
        "people.erased", "1 person" if len(made) == 1 else f"{len(made)} people", actor=actor, via=via, receipts=numbers
    )
    return dict(zip(people, made, strict=True))


def keyed(external_id: str) -> str:
    """By which a receipt is found again and nobody is named: an HMAC under SECRET_KEY, in hex."""
    return hmac.new(settings.SECRET_KEY.encode(), b"erasure:" + external_id.encode(), hashlib.sha256).hexdigest()


def found(term: str) -> Collection[Erasure]:
    """The receipts of somebody, by her external id or a receipt's number; the latest first."""
    term = term.strip()
    if not values.storable(term):
        return Erasure.objects.none()
    return Erasure.objects.filter(who=keyed(term)) | Erasure.objects.filter(number=term.upper())


def places(receipts: Sequence[Erasure], now: datetime) -> dict[int, list[Place]]:
    """What all who passed people on tell of these receipts."""
    told = [tell(receipts, now) for tell in PLACES]
    return {one.pk: [place for some in told for place in some.get(one.pk, [])] for one in receipts}
