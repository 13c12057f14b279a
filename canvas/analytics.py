"""Numbers: sums over the journal, plus what step types say of the people who came to them."""

from collections import Counter, defaultdict

from . import document, journal
from .models import Canvas


def numbers(canvas: Canvas) -> dict:
    """`{"canvas": {...}, "steps": [{"key", "type", "entered", "proceeded", ...}]}`.

    What became of people is read before who arrived, so that the rest is never negative while people move.
    """
    live = steps_of(canvas)
    fates = fates_by_key(live)
    sums = journal.sums(canvas.pk)
    entered, proceeded = Counter(), Counter()
    for step, came_from, people in sums:
        if step is not None:
            entered[step] += people
            proceeded[came_from] += people
    rows = [numbers_of(step, entered, proceeded, fates.get(step.key, {})) for step in live]
    return {"canvas": totals(canvas, sums), "steps": rows}


def steps_of(canvas: Canvas) -> list[document.StepSpec]:
    rows = {step.key: step for step in canvas.steps.all()}
    source = canvas.live_version.document if canvas.live_version else canvas.document
    return list(document.read(source).with_rows(rows).steps)


def fates_by_key(steps: list[document.StepSpec]) -> dict[str, dict[str, int]]:
    of_type = defaultdict(list)
    for step in steps:
        if step.row:
            of_type[step.type].append(step)
    return {key: fate for step_type, some in of_type.items() for key, fate in step_type.numbers(some).items()}


def numbers_of(step: document.StepSpec, entered: Counter, proceeded: Counter, fates: dict[str, int]) -> dict:
    pk = step.row.pk if step.row else 0
    row = {"key": step.key, "type": step.type.type, "entered": entered[pk], "proceeded": proceeded[pk]}
    rest = {step.type.rest: entered[pk] - sum(fates.values())} if step.type.rest else {}
    return row | rest | fates


def totals(canvas: Canvas, sums: list) -> dict:
    came = sum(people for step, came_from, people in sums if came_from is None)
    left = sum(people for step, _, people in sums if step is None)
    return {"name": canvas.name, "status": canvas.status, "entered": came, "inside": came - left, "exited": left}
