"""The journal of arrivals, and its fold: lines that were counted are summed up by the hour, so that sums stay small.

Whoever moves on is summed up as her line is written; who enters or is let out, by a fold later.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Max, Q, QuerySet, Sum, Value

from .insert_select import insert_select
from .models import Arrival, ArrivalHour, Canvas, Cohort, Step
from .ranges import floor, part_of
from .steps.ways import EXIT, RETIRED

LONG_TAIL = 2_000
LET_OUT = (EXIT, RETIRED)
EVERYWHERE = Q()


def write(
    cohorts: QuerySet[Cohort], canvas_id: int, here: Step, branch: str, there: Step | None, now: datetime
) -> None:  # fmt: skip
    """A line for each of the `cohorts`, which leave `here`, and their sum, if there are any. The caller has locked
    the cohorts, and holds the Canvas's lock."""
    people = cohorts.aggregate(people=Sum("size"))["people"]
    if people is None:
        return
    columns = {
        "canvas": canvas_id, "cohort": "pk", "came_from": here.pk, "branch": Value(branch), "at": now, "n": "size",
        "folded": True,
    }  # fmt: skip
    insert_select(Arrival, columns | ({"step": there.pk} if there else {}), cohorts)
    add(canvas_id, people, (there and there.pk, here.pk, branch, floor(now)))


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
    sum_up(canvas_id, lines)
    return lines.update(folded=True)


def sum_up(canvas_id: int, lines: QuerySet[Arrival]) -> None:
    for kind, people in by_hour(lines).items():
        add(canvas_id, people, kind)


def by_hour(lines: QuerySet[Arrival]) -> Counter[tuple]:
    """Summed up by the database as far as lines are of one moment, since SQLite finds the hour of a time but slowly."""
    found: Counter[tuple] = Counter()
    moments = lines.values_list("step_id", "came_from_id", "branch", "at").annotate(people=Sum("n")).order_by()
    for *kind, at, people in moments.iterator():
        found[*kind, floor(at)] += people
    return found


def add(canvas_id: int, people: int, kind: tuple) -> None:
    names = dict(zip(("step_id", "came_from_id", "branch", "hour"), kind, strict=True))
    if not ArrivalHour.objects.filter(canvas=canvas_id, **names).update(n=F("n") + people):
        ArrivalHour.objects.create(canvas_id=canvas_id, **names, n=people)


class Flow(NamedTuple):
    """So many people came to `step` (None: the end) from `came_from` (None: they entered) by `branch`, in that `part`
    of time."""

    canvas: int
    step: int | None
    came_from: int | None
    branch: str
    part: int
    people: int


def flows(canvas_ids: Collection[int], cuts: Sequence[datetime] = (), around: Q = EVERYWHERE) -> list[Flow]:
    """All of it, folded and not: one statement, so that a fold can't slip in between. A flow may come in two parts.

    `cuts`: whole hours of UTC where the parts of time meet; `around`: only these.
    """
    hours, fresh = (rows.filter(around, canvas__in=canvas_ids).values_list(*Flow._fields[:5]) for rows in parted(cuts))
    lines = (rows.annotate(people=Sum("n")).order_by() for rows in (hours, fresh))
    return [Flow(*row) for row in union(*lines)]


def parted(cuts: Sequence[datetime]) -> tuple[QuerySet, QuerySet]:
    """The folded lines and those that are not, each with its part of time."""
    fresh = Arrival.objects.filter(folded=False).annotate(part=part_of("at", cuts))
    return ArrivalHour.objects.annotate(part=part_of("hour", cuts)), fresh


def union(hours: QuerySet, fresh: QuerySet) -> QuerySet:
    return hours.union(fresh, all=True)


def let_out(steps: Collection[int]) -> dict[int, int]:
    """How many people left each of these steps before it did anything for them: they left the Canvas, or a new version
    has the step no more. One statement."""
    found: Counter[int] = Counter()
    for step, _, _, people in leaving(steps, branch__in=LET_OUT):
        found[step] += people
    return found


def ways(step: int, cuts: Sequence[datetime] = (), part: int = 0) -> Counter[str]:
    """How many people left the step by each of its ways, those who left the Canvas there among them. One statement."""
    found: Counter[str] = Counter()
    for _, branch, at, people in leaving([step], cuts):
        found[branch] += people if at == part else 0
    return found


def leaving(steps: Collection[int], cuts: Sequence[datetime] = (), **only: Any) -> QuerySet:
    """Step, way, part of time and people. A way may come in two parts."""
    lines = (
        rows.filter(came_from__in=steps, **only)
        .values_list("came_from", "branch", "part")
        .annotate(people=Sum("n"))
        .order_by()
        for rows in parted(cuts)
    )
    return union(*lines)
