"""What a person may do about people on their way: send them again, try now, cancel. Set-wise, whatever their number.

Nothing here makes a Member: the same batches are opened again, so the numbers always add up.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from canvas.models import Step

from . import outbox, pauses
from .hourly import BATCHES
from .models import CustomAudience, Member, SyncBatch

State, Verdict = SyncBatch.State, Member.Verdict
WAITING = (State.OPEN, State.SEALED)
PART = 5_000
"""Batches in one statement."""


@dataclass(frozen=True)
class Waiting:
    """People of some batches who are not there yet: those who can still be called back, and those on the wire now."""

    people: int
    leaving: int


def waiting(batches: QuerySet[SyncBatch]) -> Waiting:
    people, on_the_wire = F("size") - F("withdrawn"), Q(lease_token__isnull=False)
    sums = batches.filter(state__in=WAITING).aggregate(
        here=Sum(people, filter=~on_the_wire, default=0), away=Sum(people, filter=on_the_wire, default=0)
    )
    return Waiting(sums["here"], sums["away"])


def waiting_by_step(steps: Collection[int]) -> dict[int, int]:
    """How many people of each step can still be called back; only where there is somebody."""
    rows = SyncBatch.objects.filter(audience__step__in=steps, state__in=WAITING, lease_token=None)
    found = rows.values_list("audience__step").annotate(n=Sum(F("size") - F("withdrawn"))).order_by()
    return {step: people for step, people in found if people}


def given_up(batches: QuerySet[SyncBatch]) -> int:
    """How many people of them were given up."""
    return batches.filter(state=State.FAILED).aggregate(n=Sum(F("size") - F("withdrawn"), default=0))["n"]


@transaction.atomic
def reopen(batches: QuerySet[SyncBatch], now: datetime) -> int:
    """Batches that were sent or given up are sent again, with a new clock and without their verdicts.

    Whoever was erased since becomes Withdrawn. Returns how many people are to be sent again.
    """
    settled = batches.filter(state__in=(State.DONE, State.FAILED)).order_by("pk")
    ids = list(settled.select_for_update(of=("self",)).values_list("pk", flat=True))
    return sum(open_again(ids[at : at + PART], now) for at in range(0, len(ids), PART))


def open_again(ids: list[int], now: datetime) -> int:
    members = Member.objects.filter(batch__in=ids)
    members.filter(verdict__in=(Verdict.MISSING, Verdict.REFUSED)).update(verdict=Verdict.SAME, reason="")
    members.filter(profile=None).update(verdict=Verdict.WITHDRAWN)
    erased = Member.objects.filter(batch=OuterRef("pk"), verdict=Verdict.WITHDRAWN).order_by().values("batch")
    rows = SyncBatch.objects.filter(pk__in=ids)
    rows.update(
        state=State.SEALED, clock_at=None, tries=0, next_attempt_at=now, cause="", cause_detail="",
        missing=0, refused=0, rejected_unnamed=0,
        withdrawn=Coalesce(Subquery(erased.annotate(n=Count("pk")).values("n")), 0),
    )  # fmt: skip
    BATCHES.forget(set(rows.values_list("audience", flat=True)))
    return rows.aggregate(n=Sum(F("size") - F("withdrawn"), default=0))["n"]


@transaction.atomic
def try_now(step: Step, now: datetime, causes: list[str] | None = None, again: bool = False) -> tuple[int, int]:
    """What waits of the step starts anew; `again`: what was given up too, of any cause or of one of `causes`.

    Scopes that a fault holds back are asked about at once. Returns how many people wait, and how many of them had been
    given up.
    """
    theirs = SyncBatch.objects.filter(audience__step=step)
    lost = theirs.filter(state=State.FAILED)
    reopened = reopen(lost if causes is None else lost.filter(cause__in=causes), now) if again else 0
    outbox.release(theirs, now)
    for audience in CustomAudience.objects.filter(step=step).select_related("ad_account__connection"):
        pauses.ask_soon(audience, now)
    return sum(vars(waiting(theirs)).values()), reopened


def cancel(batches: QuerySet[SyncBatch], now: datetime) -> Waiting:
    """Whoever waits is Withdrawn for good, but for those who are on the wire at this moment. Returns both numbers."""
    rows = batches.filter(state__in=WAITING, lease_token=None)
    with transaction.atomic():
        ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        parts = [SyncBatch.objects.filter(pk__in=ids[at : at + PART]) for at in range(0, len(ids), PART)]
        people = sum(waiting(part).people for part in parts)
        for part in parts:
            part.update(state=State.WITHDRAWN, settled_at=now)
    return Waiting(people, waiting(batches).leaving)
