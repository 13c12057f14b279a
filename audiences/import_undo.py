"""Undoing an import: the people whom it made go again, but for those who have a life of their own by now.

Whom anything else has written since is not the import's any more (`Profile.made_by`). Of the others those stay who did
something, or of whom another package keeps something (HISTORY): taking them out of everything is what erasure is for.
"""

from datetime import datetime
from time import monotonic

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from config.team.models import User
from config.team.models import record as audit

from . import changes, import_files
from .models import Event, Import, Profile, Purchase

CHUNK = 10_000
HISTORY: list[type[models.Model]] = [Event, Purchase]
"""Models that point to a profile: who has a row there stays. Other packages add theirs from their apps.py."""

State = Import.State


def register(*kinds: type[models.Model]) -> None:
    HISTORY.extend(kind for kind in kinds if kind not in HISTORY)


def made(record: Import) -> QuerySet[Profile]:
    """Whom it made and nothing else has changed."""
    return Profile.objects.filter(made_by=record.pk, pk__gt=record.cursor)


def going(record: Import) -> QuerySet[Profile]:
    """Whom undoing it takes away."""
    kept = (Exists(kind.objects.filter(profile=OuterRef("pk"))) for kind in HISTORY)
    return made(record).filter(*(~one for one in kept))


@transaction.atomic
def start(record: Import, user: User, files_until: datetime) -> bool:
    """False: it can't be undone (any more)."""
    ended = Import.objects.filter(pk=record.pk, state__in=(State.DONE, State.FAILED), created__gt=0)
    started = bool(ended.update(state=State.UNDOING, files_until=files_until))
    if started:
        audit("import.undone", f"import {record.pk}", actor=user, via="dashboard", created=record.created)
    return started


def go_on(record: Import, now: datetime, seconds: float) -> None:
    end = monotonic() + seconds
    while take_back(record):
        if monotonic() > end:
            return
    import_files.remove(record.token)
    Import.objects.filter(pk=record.pk).update(state=State.UNDONE, files_until=None)


@transaction.atomic
def take_back(record: Import) -> bool:
    """One chunk, and how far it came. False: nobody is left. Two at work wait for each other."""
    changes.begin()
    record.cursor = Import.objects.select_for_update().get(pk=record.pk).cursor
    chunk = list(made(record).select_for_update().order_by("pk").values_list("pk", flat=True)[:CHUNK])
    if not chunk:
        return False
    _, gone = going(record).filter(pk__lte=chunk[-1]).only("pk").delete()
    taken = F("undone") + gone.get(Profile._meta.label, 0)
    Import.objects.filter(pk=record.pk).update(cursor=chunk[-1], undone=taken)
    return True
