"""The next version of a Canvas that is live: checked and prepared like a launch while people go on, then made the live
one in a single transaction, under the lock that every move shares.
"""

import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from config.team.models import User, record

from . import describe, entries, launch, retiring
from . import document as documents
from .document import Document, Draft
from .engine import live_document
from .models import LIVE, Canvas, EntryRun
from .moves import new_stamp
from .problems import Problem
from .retiring import Onward


def publish(
    canvas: Canvas, now: datetime, actor: User | None = None, via: str = "command line", edition: int | None = None,
    onward: Onward | None = None,
) -> list[Problem]:  # fmt: skip
    """Makes the draft, in this `edition` if one is named, the version that people go through; returns the warnings.

    Raises NotLaunched with every problem; what was live is live then. What was made at partners is used by the next.
    """
    stamp, onward, began = take(canvas, now, edition), onward or {}, time.monotonic()
    try:
        document = documents.read(canvas.document)
        launch.refresh(document, now)
        draft = Draft(document, now, canvas)
        found = launch.problems(draft)
        launch.stop_if_wrong([*found, *retiring.unplaced(draft.live, document, onward)])
        launch.prepare(canvas, document, now, stamp)
        passed = timedelta(seconds=int(time.monotonic() - began))  # people went on meanwhile
        replace(canvas, document, now + passed, stamp, actor, via, onward)
    finally:
        launch.held(canvas, stamp).update(launch_token=None)
        canvas.refresh_from_db()
    return found


def take(canvas: Canvas, now: datetime, edition: int | None = None) -> int:
    """Makes this the only one that publishes the Canvas; returns its stamp. Editing goes on meanwhile, and so do
    people."""
    stamp = new_stamp()
    free = Q(launch_token=None) | Q(launch_until__lt=now)
    rows = Canvas.objects.filter(free, pk=canvas.pk, drafting=True, status__in=LIVE)
    rows = rows if edition is None else rows.filter(edition=edition)
    taken = rows.update(launch_token=stamp, launch_until=now + launch.LEASE)
    canvas.refresh_from_db()
    if not taken:
        raise launch.NotLaunched([not_published(canvas, edition)])
    if canvas.document == canvas.live_version.document:
        launch.held(canvas, stamp).update(launch_token=None)
        raise launch.NotLaunched([same(canvas)])
    return stamp


def same(canvas: Canvas) -> Problem:
    message = f"The draft is the same as version {canvas.live_version.number}."
    return Problem("canvas.E008", message, "There is nothing to publish; change something first.")


def not_published(canvas: Canvas, edition: int | None) -> Problem:
    if not canvas.is_draft or not canvas.is_live:
        return launch.not_a_draft(canvas)
    if edition is not None and canvas.edition != edition:
        return launch.passed()
    hint = f"Wait for it to end; if it died, publish again after {describe.moment(canvas.launch_until)}."
    return Problem("canvas.E008", "The Canvas is being published by somebody.", hint)


@transaction.atomic
def replace(
    canvas: Canvas, document: Document, now: datetime, stamp: int, actor: User | None, via: str, onward: Onward
) -> None:
    """From one version to the next, at once: nobody moves meanwhile, and nobody is ever between the two."""
    rows = launch.held(canvas, stamp).select_for_update(no_key=True)
    mine = rows.filter(drafting=True, status__in=LIVE, edition=canvas.edition).first()
    if mine is None:
        raise launch.NotLaunched([launch.passed()])
    live, new = live_document(mine), document.with_rows(launch.steps_of(mine, document))
    kept = {step.key: onward[step.key] for step in retiring.gone(live, new)}
    version = launch.freeze(mine, new, now, actor, via, kept)
    retiring.retire(mine, live, new, kept, now)
    plan_entries(mine, live, new, now)
    launch.open_doors(mine, new, now)
    launch.held(mine, stamp).update(live_version=version, drafting=False, launch_token=None)
    record("canvas.published", mine.name, actor=actor, via=via, version=version.number)


def plan_entries(canvas: Canvas, live: Document, new: Document, now: datetime) -> None:
    """What is planned stays planned, unless the new version lets people in at other times."""
    if live.entry == new.entry:
        return
    planned = canvas.entry_runs.filter(done=False)
    planned.filter(cursor=0).delete()
    planned.update(done=True)
    if new.is_recurring:
        entries.plan_next(canvas, new, now)
    elif new.is_scheduled:
        EntryRun.objects.get_or_create(canvas=canvas, planned_at=new.entry_time(now))
