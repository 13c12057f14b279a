"""What became of the people of steps that pass them to a partner. Sums over batches: a row stands for thousands.

Each of them is one statement, so that a fold can't slip in between.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from canvas.hours import HourOf
from canvas.ranges import Range, part_of

from .hourly import BATCHES
from .models import SyncBatch

State = SyncBatch.State
NAMES = ("synced", "missing_fields", "not_synced", "withdrawn")


def fates(steps: Sequence[int], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
    """By the ids of Step rows, for each part of time. Whoever entered and is in none of them is Pending."""
    fates = {step: [dict.fromkeys(NAMES, 0) for _ in range(len(cuts) + 1)] for step in steps}
    for step, part, *people in summed(BATCHES.all_of(audience__step__in=steps), "audience__step", cuts):
        add(fates[step][part], people)
    return fates


def summed(rows: Sequence[QuerySet], name: str, cuts: Sequence[datetime]) -> QuerySet:
    """By that column and the part of time; what is of one kind may come in several lines."""
    first, *others = (
        some.annotate(part=part_of("settled_at", cuts)).values_list(name, "part").annotate(**sums()).order_by()
        for some in rows
    )
    return first.union(*others, all=True)


def add(counts: dict[str, int], people: Sequence[int]) -> None:
    for name, n in zip(NAMES, people, strict=True):
        counts[name] += n


def by_hour(asked: Range, **where) -> list[tuple[datetime, dict[str, int]]]:
    """What became of people of the audiences `where` in the range, by the hour in which it was settled."""
    found: dict[datetime, dict[str, int]] = {}
    hours, fresh = (
        rows.filter(asked.holds("settled_at")).annotate(hour=HourOf("settled_at")).values_list("hour")
        for rows in BATCHES.settled(**where)
    )
    for hour, *people in hours.annotate(**sums()).order_by().union(fresh.annotate(**sums()).order_by(), all=True):
        add(found.setdefault(hour, dict.fromkeys(NAMES, 0)), people)
    return sorted(found.items())


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
