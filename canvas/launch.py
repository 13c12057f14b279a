"""Launch, stop and resume. A launch finds every problem first, then makes what the steps need at partners, and only
then lets people in: one that dies on the way leaves a draft, and what it made is used by the next.

The next version of what is live is `publishing`'s.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from config.team.models import User, record

from . import describe, listening
from . import document as documents
from .checks import CHECKS
from .document import Document, Draft
from .models import Canvas, EntryRun, Step, Trigger, Version
from .moves import new_stamp
from .problems import Problem

LEASE = timedelta(seconds=120)
"""How long a launch may be silent before it counts as dead; renewed after each step that was prepared."""


class NotLaunched(Exception):
    """The Canvas was not launched."""

    def __init__(self, found: list[Problem]) -> None:
        self.problems = found
        super().__init__("\n".join(map(str, found)))


def problems(draft: Draft) -> list[Problem]:
    """Everything that stops or may spoil a launch, all at once, errors first. Reads the database only."""
    found = [problem for check in CHECKS for problem in check(draft)]
    for step in draft.document.steps:
        found.extend(step.type.problems(step, draft))
    return sorted(found, key=lambda problem: problem.level != "error")


def errors(found: list[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.level == "error"]


def refresh(document: Document, now: datetime) -> None:
    """Renews the snapshots that `problems` reads."""
    for step_type in {step.type for step in document.steps}:
        step_type.refresh([step for step in document.steps if step.type is step_type], now)


def launch(
    canvas: Canvas, now: datetime, actor: User | None = None, via: str = "command line", edition: int | None = None
) -> list[Problem]:
    """Launches a draft, in this `edition` if one is named; returns the warnings.

    Raises NotLaunched with every problem; nobody has entered then.
    """
    stamp = take(canvas, now, edition)
    try:
        document = documents.read(canvas.document)
        refresh(document, now)
        found = problems(Draft(document, now, canvas))
        stop_if_wrong(found)
        prepare(canvas, document, now, stamp)
        activate(canvas, document, now, stamp, actor, via)
    finally:
        held(canvas, stamp).filter(status=Canvas.Status.LAUNCHING).update(status=Canvas.Status.DRAFT, launch_token=None)
        canvas.refresh_from_db()
    return found


def stop_if_wrong(found: list[Problem]) -> None:
    if errors(found):
        raise NotLaunched(found)


def held(canvas: Canvas, stamp: int):
    return Canvas.objects.filter(pk=canvas.pk, launch_token=stamp)


def take(canvas: Canvas, now: datetime, edition: int | None = None) -> int:
    """Makes this launch the only one of the Canvas; returns its stamp."""
    stamp = new_stamp()
    free = Q(status=Canvas.Status.DRAFT) | Q(status=Canvas.Status.LAUNCHING, launch_until__lt=now)
    rows = Canvas.objects.filter(free, pk=canvas.pk)
    rows = rows if edition is None else rows.filter(edition=edition)
    if not rows.update(status=Canvas.Status.LAUNCHING, launch_token=stamp, launch_until=now + LEASE):
        canvas.refresh_from_db()
        raise NotLaunched([not_a_draft(canvas)])
    canvas.refresh_from_db()
    return stamp


def not_a_draft(canvas: Canvas) -> Problem:
    if canvas.status == Canvas.Status.DRAFT:
        return passed()
    hint = {
        "launching": f"Wait for it to end; if it died, launch again after {describe.moment(canvas.launch_until)}.",
        "stopped": "Resume it on the page of its numbers.",
        "archived": "Duplicate it, and launch the duplicate.",
    }.get(canvas.status, "It runs already; edit its next version, and publish that.")
    return Problem("canvas.E008", f"The Canvas is {canvas.status}: only a draft can be launched.", hint)


def passed() -> Problem:
    return Problem(
        "canvas.E008", "The Canvas was changed meanwhile.", "Load this page again, and look at what was changed."
    )


def prepare(canvas: Canvas, document: Document, now: datetime, stamp: int) -> None:
    """Makes what steps need, each of them, so that all that fails is told at once."""
    document = document.with_rows(steps_of(canvas, document))
    found, began = [], time.monotonic()
    for step in document.steps:
        found.extend(step.type.prepare(step, now))
        held(canvas, stamp).update(launch_until=now + timedelta(seconds=time.monotonic() - began) + LEASE)
    stop_if_wrong(found)


@transaction.atomic
def steps_of(canvas: Canvas, document: Document) -> dict[str, Step]:
    """The rows of the document's steps; missing ones are made."""
    retired = canvas.live_version_id is not None  # Of what is live: until a version has them.
    missing = [Step(canvas=canvas, key=step.key, type=step.type.type, retired=retired) for step in document.steps]
    Step.objects.bulk_create(missing, ignore_conflicts=True)
    rows = {row.key: row for row in canvas.steps.all()}
    for step in document.steps:
        if rows[step.key].type != step.type.type:
            rows[step.key].type = step.type.type
            rows[step.key].save(update_fields=["type"])
    return rows


@transaction.atomic
def activate(canvas: Canvas, document: Document, now: datetime, stamp: int, actor: User | None, via: str) -> None:
    """Freezes the version and opens the doors."""
    mine = held(canvas, stamp).select_for_update().filter(status=Canvas.Status.LAUNCHING).first()
    if mine is None:
        raise NotLaunched([Problem("canvas.E008", "Another launch has taken over.", "Load this page again to see it.")])
    version = freeze(canvas, document, now, actor, via)
    if document.is_scheduled:
        EntryRun.objects.get_or_create(canvas=canvas, planned_at=document.entry_time(now))
    canvas.steps.exclude(key__in=document.by_key).update(retired=True)  # Left by a launch that was refused.
    open_doors(canvas, document, now)
    held(canvas, stamp).update(status=Canvas.Status.ACTIVE, live_version=version, launch_token=None)
    record("canvas.launched", canvas.name, actor=actor, via=via, version=version.number)


def freeze(
    canvas: Canvas, document: Document, now: datetime, actor: User | None, via: str, onward: dict | None = None
) -> Version:
    """The next version. In the transaction that makes it the live one."""
    number = (canvas.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    return Version.objects.create(
        canvas=canvas, number=number, document=document.source, published_at=now, published_by=actor, via=via,
        onward=onward or {},
    )  # fmt: skip


def open_doors(canvas: Canvas, document: Document, now: datetime) -> None:
    """From now on the Canvas waits for what this version asks for, and its steps do what they are set to."""
    live = document.with_rows({step.key: step for step in canvas.steps.all()})
    listening.listen(canvas, live, now)
    for step in live.steps:
        step.type.go_live(step, now)


def stop(canvas: Canvas, actor: User | None = None, via: str = "command line") -> bool:
    """Nobody enters or moves any more; syncs that were handed over are finished. False: it was not active."""
    return change(canvas, {Canvas.Status.ACTIVE}, Canvas.Status.STOPPED, "canvas.stopped", actor, via)


def resume(canvas: Canvas, actor: User | None = None, via: str = "command line") -> bool:
    """Goes on where it stopped. False: it was not stopped."""
    return change(canvas, {Canvas.Status.STOPPED}, Canvas.Status.ACTIVE, "canvas.resumed", actor, via)


def archive(canvas: Canvas, actor: User | None = None, via: str = "command line") -> bool:
    """Out of the way for good; its numbers stay, its inbox doesn't. False: it is running."""
    old = {Canvas.Status.DRAFT, Canvas.Status.STOPPED}
    with transaction.atomic():
        archived = change(canvas, old, Canvas.Status.ARCHIVED, "canvas.archived", actor, via)
        Trigger.objects.filter(canvas=canvas, canvas__status=Canvas.Status.ARCHIVED).delete()
    return archived


@transaction.atomic
def change(canvas: Canvas, old: set[str], new: str, action: str, actor: User | None, via: str) -> bool:
    changed = bool(Canvas.objects.filter(pk=canvas.pk, status__in=old).update(status=new))
    if changed:
        record(action, canvas.name, actor=actor, via=via)
    canvas.refresh_from_db()
    return changed


def bury_dead(now: datetime) -> int:
    """Launches that were silent for too long fall back to draft."""
    dead = Canvas.objects.filter(status=Canvas.Status.LAUNCHING, launch_until__lt=now)
    return dead.update(status=Canvas.Status.DRAFT, launch_token=None)
