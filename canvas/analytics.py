"""Numbers: sums over the journal, plus what step types say of the people who came to them.

What became of people is read before who arrived, so that the rest (Pending) is never negative while people move.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count

from . import document, journal, retiring
from .journal import Flow
from .models import Canvas, Conversion, Step
from .steps import registry
from .steps.people import Leaving


def numbers(canvas: Canvas) -> dict:
    """`{"canvas": {...}, "steps": [{"key", "type", "entered", "proceeded", ...}]}`, steps in the document's order; at
    the end those that were in an earlier version, with `"retired": True`."""
    steps = steps_of(canvas)
    fates = fates_of([step.row for step in steps if step.row])
    flows = journal.flows([canvas.pk])
    entered, proceeded = people_by_step(flows)
    rows = [numbers_of(step, entered, proceeded, fates) for step in steps]
    return {"canvas": totals(canvas, flows), "steps": rows}


def with_conversions(canvas: Canvas) -> dict:
    """The same; `canvas` has `conversions`, too: how many trips came to each, by its name."""
    found = numbers(canvas)
    found["canvas"]["conversions"] = conversions(canvas)
    return found


def conversions(canvas: Canvas) -> dict[str, int]:
    """How many trips came to each conversion that the live version has, and to those of earlier ones. One query."""
    known = (canvas.live_version.document if canvas.live_version else {}).get("conversions") or []
    counted = Conversion.objects.filter(canvas=canvas).values_list("name").annotate(n=Count("pk")).order_by("name")
    return {one["name"]: 0 for one in known} | dict(counted)


@dataclass(frozen=True)
class Way:
    """How many people left a step by it, and their share of all who left."""

    branch: str
    people: int
    percent: float


def ways(step: document.StepSpec) -> list[Way]:
    """Of a step that has several; in its order, and then by which else somebody left."""
    known = [*step.type.branches(step.settings)]
    if len(known) < 2 or not step.row:
        return []
    counted = journal.ways(step.row.pk)
    names, all_people = [*known, *(name for name in counted if name not in known)], sum(counted.values())
    return [Way(name, counted.get(name, 0), 100 * counted.get(name, 0) / (all_people or 1)) for name in names]


def steps_of(canvas: Canvas) -> list[document.StepSpec]:
    """The steps that are live, and then those that were in an earlier version."""
    rows = {step.key: step for step in canvas.steps.all()}
    source = canvas.live_version.document if canvas.live_version else canvas.document
    return [*document.read(source).with_rows(rows).steps, *retiring.retired(rows.values())]


def fates_of(steps: Iterable[Step]) -> dict[int, dict[str, int]]:
    """What step types say of the people who came, by the steps' ids: one query for each type that says anything."""
    of_type = defaultdict(list)
    for step in steps:
        of_type[step.type].append(step.pk)
    return {pk: fate for name, some in of_type.items() for pk, fate in registry.get(name).numbers(some).items()}


def leaving(steps: Sequence[document.StepSpec]) -> list[Leaving]:
    """Who was handed over by these steps and is still on the way."""
    of_type = defaultdict(list)
    for step in steps:
        if step.row:
            of_type[step.type].append(step)
    return [one for step_type, some in of_type.items() for one in step_type.leaving(some)]


def people_by_step(flows: Iterable[Flow]) -> tuple[Counter, Counter]:
    """Who entered each step, and who went on from it to another one."""
    entered, proceeded = Counter(), Counter()
    for flow in flows:
        if flow.step is not None:
            entered[flow.step] += flow.people
            proceeded[flow.came_from] += flow.people
    return entered, proceeded


def numbers_of(step: document.StepSpec, entered: Counter, proceeded: Counter, fates: dict[int, dict[str, int]]) -> dict:
    pk = step.row.pk if step.row else 0
    row = {"key": step.key, "type": step.type.type, "entered": entered[pk], "proceeded": proceeded[pk]}
    row |= {"retired": True} if step.is_retired else {}
    return row | with_rest(step.type.type, fates.get(pk, {}), entered[pk])


def with_rest(step_type: str, fate: dict[str, int], entered: int) -> dict[str, int]:
    """The fates and, first, whoever is in none of them yet: together they are `entered`."""
    name = registry.get(step_type).rest
    return ({name: entered - sum(fate.values())} if name else {}) | fate


def totals(canvas: Canvas, flows: list[Flow]) -> dict:
    came = sum(flow.people for flow in flows if flow.came_from is None)
    left = sum(flow.people for flow in flows if flow.step is None)
    return {"name": canvas.name, "status": canvas.status, "entered": came, "inside": came - left, "exited": left}
