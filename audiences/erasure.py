"""Erasure: a profile goes for good, with its events and purchases; what other packages keep is made nameless first.

A package that points to profiles adds its step to STEPS from its apps.py.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from django.db import transaction

from .models import Profile

STEPS: list[Callable[[Collection[int], datetime], None]] = []
"""Each takes the ids of the profiles that go and the time, in the transaction of the erasure. Must be idempotent."""


def register(step: Callable[[Collection[int], datetime], None]) -> None:
    if step not in STEPS:
        STEPS.append(step)


@transaction.atomic
def erase(external_ids: Collection[str], now: datetime) -> int:
    """Returns how many were known; who is not known is no fault."""
    rows = Profile.objects.select_for_update().filter(external_id__in=sorted(external_ids)).order_by("external_id")
    profiles = list(rows.values_list("pk", flat=True))
    if profiles:
        for step in STEPS:
            step(profiles, now)
        Profile.objects.filter(pk__in=profiles).delete()
    return len(profiles)
