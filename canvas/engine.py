"""The order of a tick inside Canvases: inbox, moves, entries. (What is sent out comes after; see config.schedules.)

Every chunk is one short transaction that holds the Canvas's row lock: one engine works on a Canvas at a time, another
one skips it. Nothing here is lost or doubled by a crash: a chunk was committed or it was not.
"""

import logging
from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q

from . import document, inbox, journal
from .entries import enter
from .models import Canvas, Cohort, EntryRun, Trigger
from .moves import Move, advance, due

log = logging.getLogger(__name__)
ACTIVE = Q(status=Canvas.Status.ACTIVE)
CHUNKS_A_PASS = 20
"""Then other Canvases and the sending have their turn, and the worker shows that it lives."""


def work(now: datetime) -> Counter:
    """A pass over what is due in Canvases at `now`; a Canvas that fails is logged and doesn't hold up others."""
    done = Counter()
    for canvas_id in canvases_due(now):
        try:
            done += work_on(canvas_id, now)
        except Exception:
            log.exception("Canvas %s could not be moved on", canvas_id)
            done["failures"] += 1
    return done


def canvases_due(now: datetime) -> list[int]:
    waiting = Cohort.objects.filter(canvas=OuterRef("pk"), ended_at=None, due_at__lte=now)
    runs = EntryRun.objects.filter(canvas=OuterRef("pk"), done=False, planned_at__lte=now)
    asking = Trigger.objects.filter(canvas=OuterRef("pk"), at__lte=now)
    found = Canvas.objects.filter(ACTIVE).filter(Exists(waiting) | Exists(runs) | Exists(asking))
    return list(found.order_by("pk").values_list("pk", flat=True))


def work_on(canvas_id: int, now: datetime) -> Counter:
    total = Counter()
    for _ in range(CHUNKS_A_PASS):
        chunk = one_chunk(canvas_id, now)
        if not chunk:
            break
        total += chunk
    journal.fold_if_long(canvas_id)
    return total


@transaction.atomic
def one_chunk(canvas_id: int, now: datetime) -> Counter:
    """The next piece of work, or nothing when there is none or another engine has the Canvas."""
    canvas = lock(canvas_id)
    if canvas is None:
        return Counter()
    live = live_document(canvas)
    return inbox_chunk(canvas, live, now) or move_chunk(canvas, live, now) or enter_chunk(canvas, live, now)


def lock(canvas_id: int) -> Canvas | None:
    rows = Canvas.objects.select_for_update(skip_locked=True, of=("self",)).select_related("live_version")
    return rows.filter(ACTIVE, pk=canvas_id).first()


def live_document(canvas: Canvas) -> document.Document:
    """The published document, its steps joined to their rows."""
    rows = {step.key: step for step in canvas.steps.all()}
    return document.read(canvas.live_version.document).with_rows(rows)


def inbox_chunk(canvas: Canvas, live: document.Document, now: datetime) -> Counter:
    taken, entered = inbox.let_in(canvas, live, now)
    return Counter(triggers_taken=taken, people_entered=entered) if taken else Counter()


def move_chunk(canvas: Canvas, live: document.Document, now: datetime) -> Counter:
    """The step whose people have waited longest goes first."""
    first = due(canvas.pk, now).order_by("due_at", "pk").values_list("step__key", flat=True).first()
    if first is None:
        return Counter()
    return Counter(cohorts_moved=advance(Move(canvas.pk, live.by_key[first], now), live.by_key))


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
    found = Canvas.objects.filter(ACTIVE).aggregate(cohort=Min(cohorts), run=Min(runs))
    return min((moment for moment in (*found.values(), inbox.next_due()) if moment), default=None)
