"""Leaving a Canvas before its end: whoever does what the exit criteria name, or whom their filter fits.

An event lets people out at once, wherever they stand. A filter is looked at before they enter and each time before
they go on from a step.
"""

from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery, Value

from audiences import filters

from .document import Document
from .insert_select import insert_select
from .models import Arrival, Canvas, Entry, Trigger
from .moves import Move, new_stamp
from .parting import Parting
from .steps.ways import EXIT


def let_out_fitting(document: Document, move: Move) -> int:
    """Of those who are about to go on, and were stamped. Returns how many people left."""
    condition = filters.condition(document.exit_filter, move.now, "profile__")
    return let_out(move.canvas_id, Entry.objects.filter(condition, cohort__in=move.claimed()), move.now)


def let_out_triggered(canvas: Canvas, document: Document, rows: QuerySet[Trigger], now: datetime) -> int:
    """Of those who did it: who did it after they had entered. Returns how many people left."""
    did = rows.filter(profile=OuterRef("profile"), happened_at__gte=OuterRef("entered_at"))
    inside = Entry.objects.filter(canvas=canvas, profile__in=rows.values("profile"), cohort__ended_at=None)
    return let_out(canvas.pk, inside.alias(did=Subquery(did.values("pk")[:1])).exclude(did=None), now)


def let_out(canvas_id: int, leaving: QuerySet[Entry], now: datetime) -> int:
    parting = Parting(canvas_id, now, new_stamp())
    gone = parting.take(leaving.annotate(way=Value(EXIT)), [EXIT])
    lines = {"canvas": canvas_id, "cohort": "pk", "came_from": "step_id", "branch": Value(EXIT), "at": now, "n": "size"}
    insert_select(Arrival, lines, gone)
    people = sum(gone.values_list("size", flat=True))
    gone.update(ended_at=now)
    return people
