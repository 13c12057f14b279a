"""How long attempts are kept: ATTEMPT_RETENTION_DAYS. The oldest go first, in small parts, with whatever pass comes:
there is one each minute.

Attempts of a batch that waits are kept, however old, and so is all of a batch that was settled within the days.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from .models import Attempt, SyncBatch

PART = 1_000
"""Attempts that one pass deletes."""
State = SyncBatch.State


def settled() -> QuerySet[Attempt]:
    """The oldest first: ids grow with time."""
    rows = Attempt.objects.exclude(batch__state__in=(State.OPEN, State.SEALED)).order_by("pk")
    return rows.values_list("pk", "batch__settled_at")


def purge(now: datetime) -> int:
    """Deletes a part of what has been kept long enough; returns how many attempts. One query where there is nothing."""
    limit = now - timedelta(days=settings.ATTEMPT_RETENTION_DAYS)
    oldest = settled().first()
    if oldest is None or oldest[1] > limit:
        return 0
    old = [pk for pk, settled_at in settled()[:PART] if settled_at <= limit]
    Attempt.objects.filter(pk__in=old).delete()
    return len(old)
