"""The journal of arrivals, and its fold: lines that were counted are summed up by the hour, so that sums stay small."""

from collections.abc import Collection
from datetime import UTC
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Max, QuerySet, Sum
from django.db.models.functions import TruncHour

from .models import Arrival, ArrivalHour, Canvas
from .steps.ways import EXIT, RETIRED

LONG_TAIL = 2_000


def tail(canvas_id: int) -> QuerySet[Arrival]:
    """The lines that no fold has taken yet."""
    return Arrival.objects.filter(canvas=canvas_id, folded=False)


def fold_if_long(canvas_id: int) -> None:
    if tail(canvas_id)[:LONG_TAIL].count() == LONG_TAIL:
        fold(canvas_id)


@transaction.atomic
def fold(canvas_id: int) -> int:
    """Sums up the tail and flags it, in one transaction; returns how many lines. Skips a Canvas that is being moved."""
    if not Canvas.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=canvas_id).exists():
        return 0
    last = tail(canvas_id).aggregate(last=Max("pk"))["last"]
    if last is None:
        return 0
    lines = tail(canvas_id).filter(pk__lte=last)
    kinds = lines.annotate(hour=TruncHour("at", tzinfo=UTC)).values("step_id", "came_from_id", "branch", "hour")
    for kind in kinds.annotate(people=Sum("n")).order_by():
        add(canvas_id, kind.pop("people"), kind)
    return lines.update(folded=True)


def add(canvas_id: int, people: int, kind: dict) -> None:
    row, _ = ArrivalHour.objects.get_or_create(canvas_id=canvas_id, **kind, defaults={"n": 0})
    row.n += people
    row.save(update_fields=["n"])


class Flow(NamedTuple):
    """So many people came to `step` (None: the end) from `came_from` (None: they entered)."""

    canvas: int
    step: int | None
    came_from: int | None
    people: int


def flows(canvas_ids: Collection[int]) -> list[Flow]:
    """All of it, folded and not: one statement, so that a fold can't slip in between. A flow may come in two parts."""
    hours = ArrivalHour.objects.filter(canvas__in=canvas_ids)
    fresh = Arrival.objects.filter(canvas__in=canvas_ids, folded=False)
    parts = [rows.values_list(*Flow._fields[:3]).annotate(people=Sum("n")).order_by() for rows in (hours, fresh)]
    return [Flow(*row) for row in parts[0].union(parts[1], all=True)]


def let_out(steps: Collection[int]) -> dict[int, int]:
    """How many people left each of these steps before it did anything for them: they left the Canvas, or a new version
    has the step no more. One statement."""
    found: dict[int, int] = {}
    for step, _, people in leaving(steps, branch__in=(EXIT, RETIRED)):
        found[step] = found.get(step, 0) + people
    return found


def ways(step: int) -> dict[str, int]:
    """How many people left the step by each of its ways, those who left the Canvas there among them. One statement."""
    found: dict[str, int] = {}
    for _, branch, people in leaving([step]):
        found[branch] = found.get(branch, 0) + people
    return found


def leaving(steps: Collection[int], **only: Any) -> QuerySet:
    """Step, way and people. A way may come in two parts."""
    hours, fresh = (
        lines.filter(came_from__in=steps, **only)
        .values_list("came_from", "branch")
        .annotate(people=Sum("n"))
        .order_by()
        for lines in (ArrivalHour.objects.all(), Arrival.objects.filter(folded=False))
    )
    return hours.union(fresh, all=True)
