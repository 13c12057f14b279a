"""A person who is erased leaves her entries behind, without a name: what was counted stays counted."""

from datetime import datetime

from audiences.erasure import Erasures

from .models import Entry, Trigger


def make_nameless(erasures: Erasures, now: datetime) -> None:
    Trigger.objects.filter(profile__in=list(erasures)).delete()
    Entry.objects.filter(profile__in=list(erasures)).update(profile=None, context=None)
