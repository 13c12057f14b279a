"""What a person may do about people who are sent something one by one: try now, send again, cancel. Set-wise.

And what an erasure does about them: nobody of them is sent anything any more, nor named.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from audiences.erasure import Erasures
from canvas.models import Step

from .by_hand import Waiting
from .dispatch_claims import ERASED
from .dispatch_models import Dispatch, Outlet
from .dispatch_queue import WAITING, State
from .hourly import DISPATCHES

CANCELLED = "Cancelled before it was sent."


def of_step(step: Step):
    """By a subquery, not a join: Django updates a join's rows by their ids, and PostgreSQL, which looks again at a row
    that another transaction has changed meanwhile, would then look for its id only, not whether it is still waiting."""
    return Dispatch.objects.filter(outlet__in=Outlet.objects.filter(step=step))


def waiting(step: Step, now: datetime) -> Waiting:
    """Those who can be called back, and those on the way at this moment."""
    rows = of_step(step).filter(WAITING)
    leaving = rows.filter(Dispatch.leased(now)).count()
    return Waiting(rows.count() - leaving, leaving)


def waiting_by_step(steps: Collection[int], now: datetime) -> dict[int, int]:
    """How many people of each step can still be called back; only where there is somebody."""
    rows = Dispatch.objects.filter(WAITING, outlet__step__in=steps).exclude(Dispatch.leased(now))
    return dict(rows.values_list("outlet__step").annotate(n=Count("pk")).order_by())


@transaction.atomic
def try_now(step: Step, now: datetime, again: bool = False) -> tuple[int, int]:
    """Who waits starts anew; `again`: who has failed, too. Returns how many wait, and how many of them had failed."""
    fresh = {"next_attempt_at": now, "clock_at": None, "tries": 0}
    failed = of_step(step).filter(state=State.FAILED)
    nameless = failed.filter(profile=None)
    reopened = 0
    if again:
        nameless.update(state=State.WITHDRAWN, cause=ERASED)
        reopened = failed.update(state=State.WAITING, settled_at=None, cause="", **fresh)
        DISPATCHES.forget(list(Outlet.objects.filter(step=step).values_list("pk", flat=True)))
    of_step(step).filter(WAITING).exclude(Dispatch.leased(now)).update(**fresh, lease_token=None)
    Outlet.objects.filter(step=step, held_until__isnull=False).update(held_until=now, failures=0, holds=0)
    return of_step(step).filter(WAITING).count(), reopened


def cancel(step: Step, now: datetime) -> Waiting:
    """Who waits is Withdrawn for good, but for those who are on the way at this moment."""
    people = called_back(of_step(step), CANCELLED, now)
    return Waiting(people, of_step(step).filter(WAITING).count())


def called_back(rows, cause: str, now: datetime) -> int:
    ended = {"state": State.WITHDRAWN, "settled_at": now, "next_attempt_at": None, "lease_token": None}
    return rows.filter(WAITING).exclude(Dispatch.leased(now)).update(cause=cause, **ended)


def withdraw(erasures: Erasures, now: datetime) -> None:
    """For an erasure. Whoever is just being sent something is that person's last."""
    theirs = Dispatch.objects.filter(profile__in=list(erasures))
    called_back(theirs, ERASED, now)
    theirs.update(profile=None)
