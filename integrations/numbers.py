"""What became of the people of steps that pass them to a partner. Sums over batches: a row stands for thousands."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from canvas.hours import HourOf
from canvas.ranges import Range, part_of

from .models import SyncBatch

State = SyncBatch.State
WAITING = (State.OPEN, State.SEALED)
NAMES = ("synced", "missing_fields", "not_synced", "withdrawn")


def fates(steps: Sequence[int], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
    """By the ids of Step rows, for each part of time. Whoever entered and is in none of them is Pending."""
    fates = {step: [dict.fromkeys(NAMES, 0) for _ in range(len(cuts) + 1)] for step in steps}
    rows = SyncBatch.objects.filter(audience__step__in=steps).annotate(part=part_of("settled_at", cuts))
    for row in rows.values("audience__step", "part").annotate(**sums()).order_by():
        fates[row.pop("audience__step")][row.pop("part")] = row
    return fates


def by_hour(batches: QuerySet[SyncBatch], asked: Range) -> list[tuple[datetime, dict[str, int]]]:
    """What became of people of these batches in the range, by the hour in which it was settled. One query."""
    rows = batches.filter(asked.holds("settled_at")).exclude(state__in=WAITING).annotate(hour=HourOf("settled_at"))
    counted = rows.values("hour").annotate(**sums()).order_by("hour")
    return [(row.pop("hour"), row) for row in counted]


def sums() -> dict[str, Coalesce]:
    done, failed, cancelled = (Q(state=state) for state in (State.DONE, State.FAILED, State.WITHDRAWN))
    refused = F("refused") + F("rejected_unnamed")
    return {
        "synced": total(F("size") - F("missing") - refused - F("withdrawn"), done),
        "missing_fields": total(F("missing"), done),
        "not_synced": total(refused, done, F("size") - F("withdrawn"), failed),
        "withdrawn": total(F("withdrawn"), ~cancelled, F("size"), cancelled),
    }


def total(amount, where: Q, *more) -> Coalesce:
    """The sum of `amount` over the batches `where`; then the same for what follows in pairs."""
    here = Coalesce(Sum(amount, filter=where), 0)
    return here + total(*more) if more else here
