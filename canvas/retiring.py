"""Steps that a new version has no more: where their people go, and what stays known of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from .document import Document, StepSpec, read_step
from .models import Canvas, Cohort, Step
from .moves import Move, send_to
from .problems import Problem
from .steps.ways import RETIRED

LEAVE = ""
Onward = Mapping[str, str]
"""By the key of each step that is gone, the key of the step where its people go on, or LEAVE."""


def gone(live: Document, draft: Document) -> list[StepSpec]:
    """The steps of what is live that the draft has no more."""
    return [step for step in live.steps if step.key not in draft.by_key]


def suggested(live: Document, draft: Document, step: StepSpec) -> str:
    """The nearest step after it that is still there, or LEAVE."""
    waiting, seen = list(step.next.values()), {step.key}
    while waiting:
        key = waiting.pop(0)
        if key in draft.by_key:
            return key
        if key not in seen and key in live.by_key:
            waiting.extend(live.by_key[key].next.values())
        seen.add(key)
    return LEAVE


def unplaced(live: Document, draft: Document, onward: Onward) -> Iterator[Problem]:
    """Of steps that are gone without it being said where their people go."""
    for step in gone(live, draft):
        to = onward.get(step.key)
        hint = "Name a step of the new version, or let them leave the Canvas."
        if to is None:
            message = f"It is not said where the people of “{step.title}” go, which the new version has no more."
            yield Problem("canvas.E010", message, hint, step.key, "people")
        elif to and to not in draft.by_key:
            message = f"The people of “{step.title}” can’t go to {to}: the new version has no such step."
            yield Problem("canvas.E010", message, hint, step.key, "people")


def retire(canvas: Canvas, live: Document, new: Document, onward: Onward, now: datetime) -> None:
    """Sends on whoever stands at a step that is gone, and keeps what the step was.

    In the transaction that publishes, which holds the Canvas's lock; both documents are joined to their rows. So many
    statements for each step that is gone, however many people stand there.
    """
    for step in gone(live, new):
        move = Move(canvas.pk, step, now)
        standing = Cohort.objects.filter(canvas=canvas, ended_at=None, step=step.row)
        if standing.update(move=move.stamp, due_at=now):
            send_to(move, move.claimed(), RETIRED, new.by_key.get(onward[step.key]))
    keep(canvas, live, new)


def keep(canvas: Canvas, live: Document, new: Document) -> None:
    last = {step["key"]: step for step in live.source["steps"]}
    rows = [step.row for step in gone(live, new)]
    for row in rows:
        row.retired, row.last = True, last[row.key]
    Step.objects.bulk_update(rows, ["retired", "last"])
    Step.objects.filter(canvas=canvas, key__in=new.by_key).update(retired=False, last=None)


def retired(rows: Iterable[Step]) -> Iterator[StepSpec]:
    """As the last version that had them described them, leading nowhere."""
    for row in sorted(rows, key=lambda row: row.pk):
        if row.retired and row.last is not None:
            yield read_step(row.last | {"next": {}}, row)
