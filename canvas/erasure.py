"""A person who is erased leaves her entries behind, without a name: what was counted stays counted."""

from datetime import datetime

from audiences.erasure import Erasures

from .models import Entry, Trigger


def make_nameless(erasures: Erasures, now: datetime) -> None:
    Trigger.objects.filter(profile__in=list(erasures)).delete()
    # Who brought a context was let in by what happened, and not by a run: that is still counted.
    hers = Entry.objects.filter(profile__in=list(erasures))
    hers.filter(context__isnull=False).update(profile=None, context={})
    hers.update(profile=None)
