"""What came of a dispatch that was sent, or could not be: settled, tried again later, held back, given up."""

import logging
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from . import retry
from .channels import Interrupted, NotSent
from .dispatch_claims import Claim
from .dispatch_models import Dispatch, Outlet
from .dispatch_queue import WAITING, State, free

log = logging.getLogger(__name__)
IN_A_ROW = 5
"""So many failures one after the other are not about single people any more: the outlet is held back."""


def settle(one: Claim, result: int | NotSent | None, outlet: Outlet, now: datetime) -> str:
    """What came of it. Where the lease was lost, whoever holds it now settles. A success that was on its way before the
    outlet was held back says nothing of now, and doesn't release it."""
    if isinstance(result, NotSent):
        fail(one, result, outlet, now)
        return "not_sent"
    mine(one.dispatch).update(
        state=State.SENT, settled_at=now, status=result, cause="", next_attempt_at=None, lease_token=None
    )
    if (outlet.failures or outlet.held_until) and not outlet.is_held(one.at):
        release(outlet)
    return "sent"


def mine(one: Dispatch) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(WAITING, pk=one.pk, lease_token=one.lease_token)


def fail(claimed: Claim, fault: NotSent, outlet: Outlet, now: datetime) -> None:
    """It is tried again, unless that can't help; and what stops everybody holds back the outlet."""
    one = claimed.dispatch
    facts = {"dispatch": one.pk}
    log.warning("Dispatch %s was not sent: %s (code %s)", one.pk, type(fault).__name__, fault.status, extra=facts)
    told = {"cause": str(fault)[:255], "status": fault.status, "lease_token": None}
    if fault.final:
        mine(one).update(state=State.FAILED, settled_at=now, next_attempt_at=None, **told)
        return
    at = now if fault.holds else retry.next_attempt(now, one.tries + 1, random.random(), fault.wait)  # noqa: S311
    if not fault.throttles:
        told |= {"tries": F("tries") + 1, "clock_at": Coalesce("clock_at", Value(claimed.at))}
    mine(one).update(next_attempt_at=at, **told)
    outlet.failures += 1
    if (fault.holds or outlet.failures >= IN_A_ROW) and not outlet.is_held(claimed.at):
        hold(outlet, fault, now)
    else:
        Outlet.objects.filter(pk=outlet.pk).update(failures=outlet.failures)


@transaction.atomic
def hold(outlet: Outlet, fault: NotSent, now: datetime) -> None:
    """Nobody of it is tried for a while, longer each time. The clock of all who wait begins, but not by a throttle. Of
    several that were on their way together the first one tells."""
    outlet.holds += 1
    outlet.held_until = retry.next_attempt(now, outlet.holds, random.random(), fault.wait)  # noqa: S311
    outlet.held_for = str(fault)[:255]
    if not fault.throttles:
        outlet.held_since = outlet.held_since or now
        Dispatch.objects.filter(WAITING, outlet=outlet, clock_at=None).update(clock_at=now)
    outlet.save(update_fields=["holds", "failures", "held_since", "held_until", "held_for"])


@transaction.atomic
def release(outlet: Outlet) -> None:
    """It goes out again. Whose clock began by the hold alone starts anew."""
    if outlet.held_since:
        Dispatch.objects.filter(WAITING, outlet=outlet, tries=0, clock_at__isnull=False).update(clock_at=None)
    outlet.failures, outlet.holds, outlet.held_since, outlet.held_until, outlet.held_for = 0, 0, None, None, ""
    outlet.save(update_fields=["failures", "holds", "held_since", "held_until", "held_for"])


def give_up(now: datetime) -> int:
    """Who was tried for the whole time has failed, the cause kept. What could be sent this very moment is tried once
    more before; not so what cuts off its sender: it would be tried for ever."""
    limit = now - timedelta(hours=settings.SYNC_RETRY_HOURS)
    late = Dispatch.objects.filter(WAITING, clock_at__lte=limit).exclude(Dispatch.leased(now))
    once_more = late.filter(free(now, "outlet__"), next_attempt_at__lte=now, lease_token=None)
    lost = {"state": State.FAILED, "settled_at": now, "next_attempt_at": None, "lease_token": None}
    cut_off = late.filter(lease_token__isnull=False).update(**lost, cause=str(Interrupted()))
    held = Outlet.objects.filter(pk=OuterRef("outlet")).values("held_for")
    return cut_off + late.exclude(pk__in=once_more.values("pk")).update(**lost, cause=told(held))


def told(held: QuerySet) -> Coalesce:
    """Its own cause; of what was never tried, what held back its outlet."""
    own = Subquery(Dispatch.objects.filter(pk=OuterRef("pk")).exclude(cause="").values("cause"))
    return Coalesce(own, Subquery(held))
