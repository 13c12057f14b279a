"""A person who is erased leaves her entries behind, without a name: what was counted stays counted."""

from collections.abc import Collection
from datetime import datetime

from .models import Entry


def make_nameless(profiles: Collection[int], now: datetime) -> None:
    Entry.objects.filter(profile__in=profiles).update(profile=None)
