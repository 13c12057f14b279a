"""The inbox: what is to be done with people of a Canvas because of what they did, or since a program says so. Rows are
consumed by deletion.

A row stands there from the transaction in which it happened until the engine, under the Canvas's lock, has looked at
the person. Ids are no order of commits, so no row is ever passed by as "seen".
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from . import conversions, exits, waking
from .document import Document
from .entries import COHORT_SIZE, form_cohort, may_enter, room
from .models import Canvas, Listener, Trigger

Kind = Trigger.Kind


def trigger(canvas: Canvas, people: Mapping[int, Any], now: datetime) -> int:
    """A program asks: by profile id, the properties. Returns how many were asked for."""
    rows = [
        Trigger(canvas=canvas, profile_id=pk, at=now, happened_at=now, context=context)
        for pk, context in people.items()
    ]
    return len(Trigger.objects.bulk_create(rows))


def take(canvas: Canvas, document: Document, now: datetime) -> Counter:
    """Takes the next rows from the inbox: entries first, then conversions, exits, and who is woken by an event.

    Under the Canvas's lock. Empty where there is no row.
    """
    chunk = list(Trigger.objects.filter(canvas=canvas).order_by("pk").values_list("pk", flat=True)[:COHORT_SIZE])
    if not chunk:
        return Counter()
    rows = waited_for(Trigger.objects.filter(pk__in=chunk))
    kinds = set(rows.values_list("kind", flat=True).distinct())
    done = Counter(triggers_taken=len(chunk), people_entered=0)
    for kind, what, deal in DEALING:
        if kind in kinds:
            done[what] += deal(canvas, document, rows.filter(kind=kind), now)
    Trigger.objects.filter(pk__in=chunk).delete()
    return done


def waited_for(rows: QuerySet[Trigger]) -> QuerySet[Trigger]:
    """Without those that only an earlier version waited for."""
    same = Listener.objects.filter(canvas=OuterRef("canvas"), kind=OuterRef("kind"), way=OuterRef("way"))
    asked = Exists(same.filter(Q(step=OuterRef("step")) | Q(step=None)))
    return rows.filter(Q(kind=Kind.ENTRY) | asked)


def let_in(canvas: Canvas, document: Document, rows: QuerySet[Trigger], now: datetime) -> int:
    """Returns how many people entered. Of two rows of one person the first one counts: by the second she is inside.

    Only who asks is looked at: SQLite would go through everybody there is.
    """
    if document.is_scheduled:
        return 0  # An earlier version let people in by what they did.
    first = rows.values("profile").annotate(first=Min("pk")).values("first")
    people = may_enter(canvas, document, now).filter(pk__in=rows.values("profile"))
    fitting = rows.filter(pk__in=first, profile__in=people.values("pk")).order_by("pk")
    free = room(canvas, document, now)
    if free is not None:
        fitting = Trigger.objects.filter(pk__in=list(fitting.values_list("pk", flat=True)[:free])).order_by("pk")
    people, _ = form_cohort(canvas, document, fitting, now, profile="profile_id", **FROM_TRIGGER)
    return people


FROM_TRIGGER = {"entered_at": "happened_at", "context": "context"}
DEALING = (
    (Kind.ENTRY, "people_entered", let_in),
    (Kind.CONVERSION, "conversions", conversions.count),
    (Kind.EXIT, "people_let_out", exits.let_out_triggered),
    (Kind.WAKE, "cohorts_woken", waking.wake),
)


def next_due() -> datetime | None:
    """Of Canvases that don't rest after a failure."""
    rows = Trigger.objects.filter(canvas__status=Canvas.Status.ACTIVE, canvas__retry_at=None)
    return rows.aggregate(at=Min("at"))["at"]
