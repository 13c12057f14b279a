"""The two verbs: move whole cohorts, split cohorts whose people part.

Both run in the caller's transaction, under the Canvas's lock, in a constant number of statements however many cohorts
or people there are. `claim` locks the cohorts by stamping them; from then on their `size` stands still, so the journal
line is written from the very rows that move.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.expressions import Window
from django.db.models.functions import Coalesce

from .document import StepSpec
from .insert_select import insert_select
from .models import Arrival, Cohort, Entry
from .steps.base import Routes

PEOPLE_AT_ONCE = 100_000
"""A transaction moves the cohorts that are due first, until about so many people are in it."""


def new_stamp() -> int:
    return secrets.randbelow(2**62) + 1


@dataclass(frozen=True)
class Move:
    """One transaction's work: people leave `step` at `now`."""

    canvas_id: int
    step: StepSpec
    now: datetime
    stamp: int = field(default_factory=new_stamp)

    def due(self) -> QuerySet[Cohort]:
        return due(self.canvas_id, self.now).filter(step=self.step.row)

    def claimed(self) -> QuerySet[Cohort]:
        return self.due().filter(move=self.stamp)


def due(canvas_id: int, now: datetime) -> QuerySet[Cohort]:
    return Cohort.objects.filter(canvas=canvas_id, ended_at=None, due_at__lte=now)


def advance(move: Move, by_key: dict[str, StepSpec]) -> int:
    """Moves one chunk of what is due at the step; returns how many cohorts."""
    if not claim(move):
        return 0
    way = move.step.type.route(move.step, move.claimed(), move.now)
    if isinstance(way, str):
        return send_on(move, move.claimed(), way, by_key)
    split(move, way)
    branches = [*way.conditions, way.otherwise]
    return sum(send_on(move, move.claimed().filter(branch=branch), branch, by_key) for branch in branches)


def claim(move: Move) -> int:
    """Locks and stamps the cohorts that are due first."""
    earlier = Window(Sum("size"), order_by=[F("due_at"), F("pk")]) - F("size")
    chunk = move.due().annotate(earlier=earlier).filter(earlier__lt=PEOPLE_AT_ONCE)
    return Cohort.objects.filter(pk__in=chunk.values("pk")).update(move=move.stamp)


def send_on(move: Move, cohorts: QuerySet[Cohort], branch: str, by_key: dict[str, StepSpec]) -> int:
    """Writes the journal and moves `cohorts` along `branch`: to the next step, or to the end of the journey."""
    target = by_key.get(move.step.next.get(branch, ""))
    journal(cohorts, move, branch, target)
    if target is None:
        return cohorts.update(ended_at=move.now, branch=branch)
    due_at = target.type.due(target, move.now)
    return cohorts.update(step=target.row, arrived_at=move.now, due_at=due_at, branch=branch)


def journal(cohorts: QuerySet[Cohort], move: Move, branch: str, target: StepSpec | None) -> None:
    columns = {
        "canvas": move.canvas_id, "cohort": "pk", "came_from": "step_id", "branch": Value(branch),
        "at": move.now, "n": "size",
    }  # fmt: skip
    if target:
        columns["step"] = target.row.pk
    insert_select(Arrival, columns, cohorts)


def split(move: Move, routes: Routes) -> None:
    """Gives every claimed cohort its branch; people who part from the rest of theirs get a cohort of their own.

    The conditions are looked at twice, once to make the children and once to re-point the entries. Somebody whose
    profile changes in between stays with one of both groups; sizes are counted from the entries that were re-pointed.
    """
    whens = [When(condition, then=Value(branch)) for branch, condition in routes.conditions.items()]
    way = Case(*whens, default=Value(routes.otherwise), output_field=CharField())
    children = move.due().filter(move=make_children(move, routes, way))
    name_branches(move, routes, way, children)
    if children.exists():
        repoint(move, routes, way, children)
        resize(move, children)


def make_children(move: Move, routes: Routes, way: Case) -> int:
    """One child per (cohort, branch) where only some go: everybody else stays in the parent. Returns their stamp."""
    stamp = new_stamp()
    here = Entry.objects.filter(cohort__in=move.claimed()).annotate(way=way).filter(way__in=list(routes.conditions))
    parts = here.values("cohort", "way").annotate(people=Count("pk"), since=Min("cohort__arrived_at"))
    columns = {
        "canvas": move.canvas_id, "step": move.step.row.pk, "parent": "cohort_id", "size": "people", "branch": "way",
        "move": stamp, "arrived_at": "since", "due_at": move.now,
    }  # fmt: skip
    insert_select(Cohort, columns, parts.filter(people__lt=F("cohort__size")))
    return stamp


def name_branches(move: Move, routes: Routes, way: Case, children: QuerySet[Cohort]) -> None:
    """A cohort that goes whole takes its people's branch; one that was parted keeps those who go `otherwise`."""
    parted = Q(Exists(children.filter(parent=OuterRef("pk"))))
    anybody = Entry.objects.filter(cohort=OuterRef("pk")).annotate(way=way).values("way")[:1]
    whole = Coalesce(Subquery(anybody), Value(routes.otherwise))
    move.claimed().update(branch=Case(When(parted, then=Value(routes.otherwise)), default=whole))


def repoint(move: Move, routes: Routes, way: Case, children: QuerySet[Cohort]) -> None:
    for branch in routes.conditions:
        into = children.filter(branch=branch)
        here = Entry.objects.filter(cohort__in=move.claimed()).filter(cohort__in=into.values("parent"))
        leaving = here.annotate(way=way).filter(way=branch)
        child = into.filter(parent=OuterRef("cohort_id")).values("pk")[:1]
        Entry.objects.filter(pk__in=leaving.values("pk")).update(cohort=Subquery(child))


def resize(move: Move, children: QuerySet[Cohort]) -> None:
    """Sizes from the entries themselves; then the children join the move, and what is empty drops out."""
    people = Entry.objects.filter(cohort=OuterRef("pk")).order_by().values("cohort").annotate(n=Count("pk")).values("n")
    children.update(size=Coalesce(Subquery(people), 0))
    gone = children.filter(parent=OuterRef("pk")).order_by().values("parent").annotate(n=Sum("size")).values("n")
    move.claimed().filter(Exists(children.filter(parent=OuterRef("pk")))).update(size=F("size") - Subquery(gone))
    children.filter(size=0).delete()
    children.update(move=move.stamp)
    move.claimed().filter(size=0).update(ended_at=move.now)
