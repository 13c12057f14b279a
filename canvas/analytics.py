"""Numbers as pages, the API and commands tell them: sums over the journal, plus what step types say of the people who
came to them. Conversions, the ways out of a step, and who is still on the way."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q

from . import counted, document, journal, retiring
from .models import Canvas, Conversion
from .ranges import EVER, Range
from .steps.people import Leaving


def numbers(canvas: Canvas, asked: Range = EVER) -> dict:
    """`{"canvas": {...}, "steps": [{"key", "type", "entered", "proceeded", ...}]}`, steps in the document's order; at
    the end those that were in an earlier version, with `"retired": True`.

    Of a range: who came and what became of people in it, each counted when it happened; who is inside, and pending, at
    its end; and as `..._before` how many were so at its beginning. The two and what came between add up.
    """
    found = counted.count(canvas, steps_of(canvas), asked)
    about = {"name": canvas.name, "status": canvas.status}
    return {"canvas": about | found.totals(asked.part), "steps": found.rows()}


def with_conversions(canvas: Canvas, asked: Range = EVER) -> dict:
    """The same; `canvas` has `conversions`, too: how many trips came to each, by its name."""
    found = numbers(canvas, asked)
    found["canvas"]["conversions"] = conversions(canvas, asked)[asked.part]
    return found


def conversions(canvas: Canvas, asked: Range = EVER) -> list[dict[str, int]]:
    """For each part of time, how many trips came to each conversion that the live version has, and to those of earlier
    ones. One query."""
    known = (canvas.live_version.document if canvas.live_version else {}).get("conversions") or []
    before = {f"before_{n}": Count("pk", filter=Q(at__lt=cut)) for n, cut in enumerate(asked.cuts)}
    rows = Conversion.objects.filter(canvas=canvas).values_list("name").order_by("name")
    found = {name: counts for name, *counts in rows.annotate(**before, ever=Count("pk"))}
    names = dict.fromkeys([*(one["name"] for one in known), *found])
    counts = {name: found.get(name, [0] * (len(asked.cuts) + 1)) for name in names}
    return [
        {name: some[part] - (some[part - 1] if part else 0) for name, some in counts.items()}
        for part in range(len(asked.cuts) + 1)
    ]


@dataclass(frozen=True)
class Way:
    """How many people left a step by it, and their share of all who left."""

    branch: str
    people: int
    percent: float


def ways(step: document.StepSpec, asked: Range = EVER) -> list[Way]:
    """Of a step that has several; in its order, and then by which else somebody left."""
    known = [*step.type.branches(step.settings)]
    if len(known) < 2 or not step.row:
        return []
    found = journal.ways(step.row.pk, asked.cuts, asked.part)
    names, all_people = [*known, *(name for name in found if name not in known)], sum(found.values())
    return [Way(name, found[name], 100 * found[name] / (all_people or 1)) for name in names]


def steps_of(canvas: Canvas) -> list[document.StepSpec]:
    """The steps that are live, and then those that were in an earlier version."""
    rows = {step.key: step for step in canvas.steps.all()}
    source = canvas.live_version.document if canvas.live_version else canvas.document
    return [*document.read(source).with_rows(rows).steps, *retiring.retired(rows.values())]


def leaving(steps: Sequence[document.StepSpec]) -> list[Leaving]:
    """Who was handed over by these steps and is still on the way."""
    of_type = defaultdict(list)
    for step in steps:
        if step.row:
            of_type[step.type].append(step)
    return [one for step_type, some in of_type.items() for one in step_type.leaving(some)]


def inside(canvas: Canvas) -> int:
    """How many people are in it now."""
    flows = journal.flows([canvas.pk])
    return sum(((flow.came_from is None) - (flow.step is None)) * flow.people for flow in flows)
