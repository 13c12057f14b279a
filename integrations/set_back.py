"""The machine's clock was set back: what lies further ahead than anything can is brought near again.

Else a batch, a lease or a pause would wait until the clock has caught up, for hours. Clocks of workers may differ a
little, and a pass may take its time: what is ahead by less than SLACK is left alone.
"""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Case, F, Q, Value, When

from . import hourly
from .dispatch_queue import WAITING
from .models import AdAccount, Connection, CustomAudience, Dispatch, Outlet, Removal, SyncBatch
from .removing import DAILY
from .retry import LONGEST

SLACK, HOUR = timedelta(minutes=10), timedelta(hours=1)
State = SyncBatch.State


def set_right(now: datetime) -> int:
    """Returns how many rows were ahead of any time that they could hold."""
    late, moved = now + SLACK, set_batches_right(now)
    moved += CustomAudience.objects.filter(last_sent_at__gt=late).update(last_sent_at=now)
    waiting = Removal.objects.filter(state=Removal.State.WAITING)
    moved += waiting.filter(next_attempt_at__gt=late + DAILY).update(next_attempt_at=now)
    moved += waiting.filter(lease_until__gt=late + timedelta(seconds=settings.SYNC_LEASE_SECONDS)).update(
        lease_until=now
    )
    moved += AdAccount.objects.filter(next_send_at__gt=late + HOUR).update(next_send_at=None)
    for scope in (Connection, AdAccount, CustomAudience):
        moved += scope.objects.filter(paused_since__gt=late).update(paused_since=now, paused_until=now)
    moved += sum(each.forget_ahead(now) for each in hourly.EVERY)
    moved += Outlet.objects.filter(held_until__gt=late + HOUR).update(held_until=now)
    return moved + set_dispatches_right(late)


def set_dispatches_right(late: datetime) -> int:
    """Leases among them: they are shorter than the longest time between two tries."""
    waiting, now = Dispatch.objects.filter(WAITING), late - SLACK
    moved = waiting.filter(next_attempt_at__gt=late + HOUR).update(next_attempt_at=now)
    return moved + waiting.filter(clock_at__gt=late).update(clock_at=now)


def set_batches_right(now: datetime) -> int:
    """What waits for its turn has it now; who sends one keeps the whole lease."""
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    furthest = {"created_at": timedelta(0), "clock_at": timedelta(0), "next_attempt_at": LONGEST, "lease_until": lease}
    ahead = {name: Q(**{f"{name}__gt": now + most + SLACK}) for name, most in furthest.items()}
    near = {name: now + lease if name == "lease_until" else now for name in ahead}
    fields = {name: Case(When(ahead[name], then=Value(near[name])), default=F(name)) for name in ahead}
    rows = SyncBatch.objects.filter(reduce(or_, ahead.values()), state__in=(State.OPEN, State.SEALED))
    return rows.update(**fields)
