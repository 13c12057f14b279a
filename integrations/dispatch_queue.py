"""Who waits to be sent something, one by one: handed over, and due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from canvas.insert_select import insert_select
from canvas.models import Cohort, Entry, Step

from .channels import CHANNELS
from .dispatch_models import Dispatch, Outlet

State = Dispatch.State
WAITING = Q(state=State.WAITING)


def outlet_of(step: Step, channel: str, chosen: Mapping[str, Any]) -> Outlet:
    """The step's outlet, with these settings from now on."""
    fresh = {"channel": channel, "settings": dict(chosen)}
    outlet, made = Outlet.objects.get_or_create(step=step, defaults=fresh)
    if not made and (outlet.channel, outlet.settings) != (channel, dict(chosen)):
        outlet.channel, outlet.settings = channel, dict(chosen)
        outlet.save(update_fields=["channel", "settings"])
    return outlet


def enqueue(outlet: Outlet, cohorts: QuerySet[Cohort], now: datetime) -> int:
    """Something is to be sent to everybody in `cohorts`. Runs in the transaction that moves them on."""
    columns = {"outlet": outlet.pk, "entry": "pk", "profile": "profile_id", "came_at": now, "next_attempt_at": now}
    if outlet.held_since:
        columns["clock_at"] = now
    return insert_select(Dispatch, columns, Entry.objects.filter(cohort__in=cohorts).order_by("pk"))


def due(now: datetime) -> QuerySet[Dispatch]:
    """What may be sent, those included whose sender never came back."""
    return Dispatch.objects.filter(WAITING, next_attempt_at__lte=now)


def free(now: datetime, path: str = "") -> Q:
    return Q(**{f"{path}held_until": None}) | Q(**{f"{path}held_until__lte": now})


def next_due(now: datetime) -> datetime | None:
    """The earliest moment at which there is something to do; None when nothing waits."""
    first = Dispatch.objects.filter(WAITING, outlet=OuterRef("pk")).order_by("next_attempt_at")
    rows = Outlet.objects.filter(channel__in=CHANNELS).annotate(at=Subquery(first.values("next_attempt_at")[:1]))
    moments = [max(at, held or at) for at, held in rows.exclude(at=None).values_list("at", "held_until")]
    clock = Dispatch.objects.filter(WAITING, clock_at__isnull=False).aggregate(at=Min("clock_at"))["at"]
    if clock:
        moments.append(clock + timedelta(hours=settings.SYNC_RETRY_HOURS))
    return min(moments, default=None)
