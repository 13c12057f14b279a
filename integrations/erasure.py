"""A person who is erased is not sent any more: members lose their name, and those who wait become Withdrawn at once.

A leased batch may be on the wire with that person in it: its settling finds who had no name when it was read, and
whoever had one still counts as sent. Whoever was ever read to be sent is to be taken out again: `removals`.
"""

from datetime import datetime

from django.db.models import Count

from audiences.erasure import Erasures

from . import removals
from .models import Member, SyncBatch

State = SyncBatch.State
WAITING = (State.OPEN, State.SEALED)


def withdraw(erasures: Erasures, now: datetime) -> None:
    removals.prepare(erasures, now)
    theirs = Member.objects.filter(profile__in=list(erasures))
    rows = SyncBatch.objects.select_for_update().filter(pk__in=theirs.values("batch"), state__in=WAITING)
    waiting = list(rows.filter(lease_token=None).order_by("pk"))
    leaving = theirs.filter(batch__in=waiting, verdict="")
    counted = dict(leaving.values_list("batch").annotate(n=Count("pk")).order_by())
    for batch in waiting:
        batch.withdrawn += counted.get(batch.pk, 0)
    SyncBatch.objects.bulk_update(waiting, ["withdrawn"])
    leaving.update(verdict=Member.Verdict.WITHDRAWN)
    theirs.update(profile=None)
