"""What happened in a Canvas in each part of time: read once, in a constant number of statements, and added up here.

What became of people is read before who arrived, so that the rest (Pending) is never negative while people move.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from . import document, journal
from .journal import Flow
from .models import Canvas, Step
from .ranges import Range
from .steps import registry

OUTCOMES = ("synced", "sent", "missing_fields", "not_synced", "failed")
"""What a Canvas tells of all its steps together."""


@dataclass(frozen=True)
class Counted:
    """The numbers of a Canvas in a range, in what was before it, and in the range that it is compared with."""

    canvas: Canvas
    steps: list[document.StepSpec]
    asked: Range
    fates: dict[int, list[dict[str, int]]]
    flows: list[Flow]
    entered: Counter
    proceeded: Counter

    def rows(self) -> list[dict]:
        return [self.row(step, self.asked.part) for step in self.steps]

    def row(self, step: document.StepSpec, part: int) -> dict:
        """Of one step. Of a range it tells who was pending at its beginning, too."""
        pk = step.row.pk if step.row else 0
        row = {"key": step.key, "type": step.type.type, "entered": self.entered[pk, part]}
        row |= {"proceeded": self.proceeded[pk, part]} | ({"retired": True} if step.is_retired else {})
        if part:
            row |= {f"{name}_before": people for name, people in self.waiting(step, part - 1).items()}
        return row | self.waiting(step, part) | self.fate(pk)[part]

    def fate(self, pk: int) -> list[dict[str, int]]:
        return self.fates.get(pk) or [{}] * (len(self.asked.cuts) + 1)

    def waiting(self, step: document.StepSpec, part: int) -> dict[str, int]:
        """Whoever had come by the end of that part, and of whom nothing had become by then."""
        pk = step.row.pk if step.row else 0
        came = sum(self.entered[pk, one] for one in range(part + 1))
        return rest(step.type.type, self.fate(pk)[: part + 1], came)

    def totals(self, part: int) -> dict:
        came, left = Counter(), Counter()
        for flow in self.flows:
            came[flow.part] += flow.people if flow.came_from is None else 0
            left[flow.part] += flow.people if flow.step is None else 0
        standing = [came[one] - left[one] for one in range(part + 1)]
        found = {"entered": came[part], "inside": sum(standing), "exited": left[part]}
        return found | ({"inside_before": sum(standing[:-1])} if part else {}) | self.outcomes(part)

    def outcomes(self, part: int) -> dict[str, int]:
        """What became of people, over all the steps that pass them on."""
        found: Counter[str] = Counter()
        for fate in self.fates.values():
            found.update({name: people for name, people in fate[part].items() if name in OUTCOMES})
        return {name: found[name] for name in OUTCOMES if name in found}

    def on_arrows(self) -> Counter[tuple[int | None, str]]:
        """How many people took each way in the range, by the step that it leads from (None: they entered)."""
        found: Counter[tuple[int | None, str]] = Counter()
        for flow in self.flows:
            found[flow.came_from, flow.branch if flow.came_from else ""] += (flow.part == self.asked.part) * flow.people
        return found


def count(canvas: Canvas, steps: list[document.StepSpec], asked: Range) -> Counted:
    return counted(canvas, steps, asked, journal.EVERYWHERE)


def count_one(canvas: Canvas, step: document.StepSpec, asked: Range) -> Counted:
    """Of one step alone, which reads only who came to it and left it: nothing can be told of the Canvas."""
    pk = step.row.pk if step.row else 0
    return counted(canvas, [step], asked, Q(step=pk) | Q(came_from=pk))


def counted(canvas: Canvas, steps: list[document.StepSpec], asked: Range, around: Q) -> Counted:
    fates = fates_of([step.row for step in steps if step.row], asked.cuts)
    flows = journal.flows([canvas.pk], asked.cuts, around)
    add_let_out(fates, flows)
    return Counted(canvas, steps, asked, fates, flows, *people_by_step(flows))


def fates_of(steps: Iterable[Step], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
    """What step types say of the people who came, by the steps' ids, for each part of time: a constant number of
    queries for each type that says anything."""
    of_type = defaultdict(list)
    for step in steps:
        of_type[step.type].append(step.pk)
    return {pk: fate for name, some in of_type.items() for pk, fate in registry.get(name).numbers(some, cuts).items()}


def add_let_out(fates: dict[int, list[dict[str, int]]], flows: Iterable[Flow]) -> None:
    """Who left a step before it did anything for them, because they left the Canvas or the step is no more, is
    Withdrawn there."""
    for flow in flows:
        if flow.branch in journal.LET_OUT and flow.came_from in fates:
            fate = fates[flow.came_from][flow.part]
            fate |= {"withdrawn": fate["withdrawn"] + flow.people} if "withdrawn" in fate else {}


def people_by_step(flows: Iterable[Flow]) -> tuple[Counter, Counter]:
    """Who entered each step, and who went on from it to another one, by step and part of time."""
    entered, proceeded = Counter(), Counter()
    for flow in flows:
        if flow.step is not None:
            entered[flow.step, flow.part] += flow.people
            proceeded[flow.came_from, flow.part] += flow.people
    return entered, proceeded


def rest(step_type: str, fates: Iterable[dict[str, int]], entered: int) -> dict[str, int]:
    """Whoever entered and is in none of the fates: under the name that the type has for it, if it has one."""
    name = registry.get(step_type).rest
    return {name: entered - sum(sum(fate.values()) for fate in fates)} if name else {}
