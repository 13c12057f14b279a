"""The two verbs: move whole cohorts, split cohorts whose people part.

Both run in the caller's transaction, under the Canvas's lock, in a constant number of statements however many cohorts
or people there are. `claim` locks the cohorts; from then on their `size` stands still, so the journal line is written
from the very rows that move. Those that may part are stamped, too: what becomes of them is told by the stamp.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from . import journal
from .document import StepSpec
from .models import Cohort, Entry
from .parting import Parting
from .steps.base import Dues, Routes

PEOPLE_AT_ONCE = 100_000
"""A transaction moves the cohorts that are due first, until about so many people are in it."""
FETCHED_AT_ONCE = 10_000

DEFAULT = "default"


def new_stamp() -> int:
    return secrets.randbelow(2**62) + 1


@dataclass(frozen=True)
class Move:
    """One transaction's work: people leave `step` at `now`. Its cohorts are those up to the `last` one, by when they
    are due and by id, or those that have its stamp."""

    canvas_id: int
    step: StepSpec
    now: datetime
    stamp: int = field(default_factory=new_stamp)
    last: tuple[datetime, int] | None = None

    def due(self) -> QuerySet[Cohort]:
        return due(self.canvas_id, self.now).filter(step=self.step.row)

    def claimed(self) -> QuerySet[Cohort]:
        if self.last is None:
            return self.due().filter(move=self.stamp)
        at, pk = self.last
        return self.due().filter(due_at__lte=at).exclude(due_at=at, pk__gt=pk)

    def stamped(self) -> "Move":
        """Writes a row for each cohort, which those that go on whole can do without."""
        self.claimed().update(move=self.stamp)
        return replace(self, last=None)


def due(canvas_id: int, now: datetime) -> QuerySet[Cohort]:
    return Cohort.objects.filter(canvas=canvas_id, ended_at=None, due_at__lte=now)


def advance(move: Move, by_key: dict[str, StepSpec]) -> int:
    """Sends on what was claimed; returns how many cohorts."""
    way = move.step.type.route(move.step, move.claimed(), move.now)
    if isinstance(way, str):
        return send_on(move, move.claimed(), way, by_key)
    move = move.stamped()
    split(move, way)
    branches = [*way.conditions, way.otherwise]
    return sum(send_on(move, move.claimed().filter(branch=branch), branch, by_key) for branch in branches)


def claim(move: Move) -> Move:
    """Locks the cohorts that are due first. Only of the last one it is asked when it is due: SQLite's times are read by
    Python."""
    waiting = move.due().order_by("due_at", "pk").select_for_update(no_key=True).values_list("pk", "size")
    last, people = None, 0
    for pk, size in waiting.iterator(FETCHED_AT_ONCE):
        last, people = pk, people + size
        if people >= PEOPLE_AT_ONCE:
            break
    return replace(move, last=Cohort.objects.filter(pk=last).values_list("due_at", "pk").first())


def send_on(move: Move, cohorts: QuerySet[Cohort], branch: str, by_key: dict[str, StepSpec]) -> int:
    """Moves `cohorts` along `branch`: to the next step, or to the end of the journey."""
    return send_to(move, cohorts, branch, by_key.get(move.step.next.get(branch, "")))


def send_to(move: Move, cohorts: QuerySet[Cohort], branch: str, target: StepSpec | None) -> int:
    """Writes the journal and moves `cohorts` to that step, or (None) out of the Canvas; returns how many cohorts."""
    due_at = target.type.due(target, move.now) if target else None
    if isinstance(due_at, Dues):
        return sum(arrive(move, group, branch, target, at) for at, group in apart(move, cohorts, due_at))
    return arrive(move, cohorts, branch, target, due_at)


def arrive(
    move: Move, cohorts: QuerySet[Cohort], branch: str, target: StepSpec | None, due_at: datetime | None
) -> int:  # fmt: skip
    journal.write(cohorts, move.canvas_id, move.step.row, branch, target.row if target else None, move.now)
    if target is None:
        return cohorts.update(ended_at=move.now, branch=branch)
    return cohorts.update(step=target.row, arrived_at=move.now, due_at=due_at, branch=branch, woken="")


def apart(move: Move, cohorts: QuerySet[Cohort], dues: Dues) -> Iterator[tuple[datetime, QuerySet[Cohort]]]:
    """Splits them by the time at which their people go on."""
    part = replace(move, stamp=new_stamp(), last=None)
    cohorts.update(move=part.stamp)
    split(part, Routes({at.isoformat(): condition for at, condition in dues.conditions.items()}, DEFAULT))
    for at in dues.conditions:
        yield at, part.claimed().filter(branch=at.isoformat())
    yield dues.otherwise, part.claimed().filter(branch=DEFAULT)


def split(move: Move, routes: Routes) -> None:
    """Gives every claimed cohort its branch; people who part from the rest of theirs get a cohort of their own.

    The conditions are looked at twice, once to make the children and once to re-point the entries. Somebody whose
    profile changes in between stays with one of both groups; sizes are counted from the entries that were re-pointed.
    """
    whens = [When(condition, then=Value(branch)) for branch, condition in routes.conditions.items()]
    way = Case(*whens, default=Value(routes.otherwise), output_field=CharField())
    leaving = Entry.objects.filter(cohort__in=move.claimed()).annotate(way=way).filter(way__in=list(routes.conditions))
    parting = Parting(move.canvas_id, move.now, new_stamp())
    parting.make(leaving)
    name_branches(move, routes, way, parting.children)
    parting.settle(leaving, list(routes.conditions))
    parting.children.update(move=move.stamp)


def name_branches(move: Move, routes: Routes, way: Case, children: QuerySet[Cohort]) -> None:
    """A cohort that goes whole takes its people's branch; one that was parted keeps those who go `otherwise`."""
    parted = Q(Exists(children.filter(parent=OuterRef("pk"))))
    anybody = Entry.objects.filter(cohort=OuterRef("pk")).annotate(way=way).values("way")[:1]
    whole = Coalesce(Subquery(anybody), Value(routes.otherwise))
    move.claimed().update(branch=Case(When(parted, then=Value(routes.otherwise)), default=whole))
