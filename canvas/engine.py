"""The order of a tick inside Canvases: inbox, moves, entries. (What is sent out comes after; see config.schedules.)

Every chunk is one short transaction that holds the Canvas's row lock: one engine works on a Canvas at a time, another
one skips it. Nothing here is lost or doubled by a crash: a chunk was committed or it was not.
"""

import logging
import time
from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, Exists, Min, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from audiences import changes

from . import document, exits, inbox, journal
from .entries import enter
from .models import Canvas, Cohort, EntryRun, Trigger
from .moves import Move, advance, claim, due

log = logging.getLogger(__name__)
ACTIVE = Q(status=Canvas.Status.ACTIVE)
CHUNKS_A_PASS, TURN = 20, 3.0
"""After so many chunks, or seconds, other Canvases and the sending have their turn, and the worker shows that it lives.
"""
HELD = 0.25
"""Seconds after which a transaction takes no further step."""
LONGEST_REST = timedelta(minutes=5)


def work(now: datetime) -> Counter:
    """A pass over what is due in Canvases at `now`; a Canvas that fails is logged and doesn't hold up others."""
    done = Counter()
    for canvas_id, failures in canvases_due(now):
        try:
            done += work_on(canvas_id, now)
        except Exception:
            log.exception("Canvas %s could not be moved on", canvas_id, extra={"canvas": canvas_id})
            rest(canvas_id, failures + 1, now)
            done["failures"] += 1
        else:
            if failures:
                Canvas.objects.filter(pk=canvas_id).update(failures=0, failing_since=None, retry_at=None)
    return done


def rest(canvas_id: int, failures: int, now: datetime) -> None:
    """After each failure in a row it is left alone for longer: 2 s, 4, 8, ... at most five minutes."""
    pause = min(LONGEST_REST, timedelta(seconds=2 ** min(failures, 10)))
    since = Coalesce("failing_since", Value(now, output_field=DateTimeField()))
    Canvas.objects.filter(pk=canvas_id).update(failures=failures, failing_since=since, retry_at=now + pause)


def canvases_due(now: datetime) -> list[tuple[int, int]]:
    """(Canvas, its failures in a row). One that failed is due when it has rested, whatever is due in it; a rest that
    is longer than any comes of a clock that was set back. What lies in the inbox is due, whatever the clock says."""
    waiting = Cohort.objects.filter(canvas=OuterRef("pk"), ended_at=None, due_at__lte=now)
    runs = EntryRun.objects.filter(canvas=OuterRef("pk"), done=False, planned_at__lte=now)
    asking = Trigger.objects.filter(canvas=OuterRef("pk"))
    rested = Q(retry_at__lte=now) | Q(retry_at__gt=now + LONGEST_REST)
    due = Q(retry_at=None) & (Exists(waiting) | Exists(runs) | Exists(asking))
    return list(Canvas.objects.filter(ACTIVE, rested | due).order_by("pk").values_list("pk", "failures"))


def work_on(canvas_id: int, now: datetime) -> Counter:
    total, end = Counter(), time.monotonic() + TURN
    for _ in range(CHUNKS_A_PASS):
        chunk = one_chunk(canvas_id, now)
        total += chunk
        if not chunk or time.monotonic() > end:
            break
    journal.fold_if_long(canvas_id)
    return total


@transaction.atomic
def one_chunk(canvas_id: int, now: datetime) -> Counter:
    """The next piece of work, or nothing when there is none or another engine has the Canvas."""
    canvas = lock(canvas_id)
    if canvas is None:
        return Counter()
    live = live_document(canvas)
    return inbox.take(canvas, live, now) or move_chunk(canvas, live, now) or enter_chunk(canvas, live, now)


def lock(canvas_id: int) -> Canvas | None:
    """Not its key: an event that asks for somebody names the Canvas meanwhile, and neither waits for the other."""
    rows = Canvas.objects.select_for_update(skip_locked=True, no_key=True)
    return rows.filter(ACTIVE, pk=canvas_id).first()


def live_document(canvas: Canvas) -> document.Document:
    """The published document, its steps joined to their rows.

    Read once the Canvas is locked, and not in the same statement: a version may be published in between.
    """
    rows = {step.key: step for step in canvas.steps.all()}
    return document.read(canvas.live_version.document).with_rows(rows)


def move_chunk(canvas: Canvas, live: document.Document, now: datetime) -> Counter:
    """The step whose people have waited longest goes first. Steps that only lead on go in one transaction, which costs
    each of them less than one of its own."""
    done, end = Counter(), time.monotonic() + HELD
    step = first_due(canvas, live, now)
    while step:
        done += move_from(canvas, live, step, now)
        together = leads_on(step, live) and time.monotonic() < end
        step = first_due(canvas, live, now) if together else None
        step = step if step and leads_on(step, live) else None
    return done


def leads_on(step: document.StepSpec, live: document.Document) -> bool:
    """Nobody but the Canvas's own people is looked at or locked, so no one is kept waiting."""
    return step.type.only_leads_on and not live.exit_filter


def first_due(canvas: Canvas, live: document.Document, now: datetime) -> document.StepSpec | None:
    key = due(canvas.pk, now).order_by("due_at", "pk").values_list("step__key", flat=True).first()
    return live.by_key[key] if key else None


def move_from(canvas: Canvas, live: document.Document, step: document.StepSpec, now: datetime) -> Counter:
    if step.type.changes_people:
        changes.begin_alone()
    move, left = claim(Move(canvas.pk, step, now)), 0
    if live.exit_filter:
        move = move.stamped()
        left = exits.let_out_fitting(live, move)
    moved = advance(move, live.by_key) if not left or move.claimed().exists() else 0
    return Counter(cohorts_moved=moved, people_let_out=left)


def enter_chunk(canvas: Canvas, live: document.Document, now: datetime) -> Counter:
    runs = canvas.entry_runs.select_for_update().filter(done=False, planned_at__lte=now)
    run = runs.order_by("planned_at").first()
    if run is None:
        return Counter()
    return Counter(entry_chunks=1, people_entered=enter(canvas, live, run, now))


def next_due() -> datetime | None:
    """The earliest moment at which a Canvas has something to do; None when nothing waits."""
    cohorts = Cohort.objects.filter(canvas=OuterRef("pk"), ended_at=None).order_by("due_at").values("due_at")[:1]
    runs = EntryRun.objects.filter(canvas=OuterRef("pk"), done=False).order_by("planned_at").values("planned_at")[:1]
    well = Canvas.objects.filter(ACTIVE, retry_at=None).aggregate(cohort=Min(cohorts), run=Min(runs))
    failing = Canvas.objects.filter(ACTIVE).aggregate(at=Min("retry_at"))
    moments = (*well.values(), *failing.values(), inbox.next_due())
    return min((moment for moment in moments if moment), default=None)
