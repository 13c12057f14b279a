"""Many Canvases at a glance, in a constant number of queries: who is in them, and what became of those passed on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from . import journal
from .counted import add_let_out, fates_of, people_by_step, rest
from .models import Canvas, Step


@dataclass
class Row:
    """One Canvas. `fates` are the sums over its steps that pass people on; empty where there are none."""

    canvas: Canvas
    entered: int = 0
    exited: int = 0
    fates: Counter = field(default_factory=Counter)

    @property
    def inside(self) -> int:
        return self.entered - self.exited

    @property
    def passed_on(self) -> int:
        return sum(self.fates.values())


def rows(canvases: Sequence[Canvas]) -> list[Row]:
    found = {canvas.pk: Row(canvas) for canvas in canvases}
    steps = list(Step.objects.filter(canvas__in=found))
    fates = fates_of(steps)
    flows = journal.flows(list(found))
    add_let_out(fates, flows)
    entered, _ = people_by_step(flows)
    for flow in flows:
        found[flow.canvas].entered += flow.people if flow.came_from is None else 0
        found[flow.canvas].exited += flow.people if flow.step is None else 0
    for step in steps:
        [fate] = fates.get(step.pk, [{}])
        found[step.canvas_id].fates.update(rest(step.type, [fate], entered[step.pk, 0]) | fate)
    return list(found.values())


def together(some: Sequence[Row]) -> Counter:
    """The fates of all of them."""
    return sum((row.fates for row in some), Counter())
