"""The inbox: what asks to let people into Canvases that an event or a program opens. Rows are consumed by deletion.

A row stands there from the transaction in which it happened until the engine, under the Canvas's lock, has looked at
the person: who is in the target audience and may enter does so. Ids are no order of commits, so no row is ever passed
by as "seen".
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Min, Q, QuerySet

from audiences import happened
from audiences.models import Event

from . import values
from .document import Document
from .entries import COHORT_SIZE, form_cohort, may_enter
from .insert_select import insert_select
from .models import Canvas, Trigger

ACTIVE = Q(status=Canvas.Status.ACTIVE)


def hear(events: Sequence[Event], now: datetime) -> None:
    """Asks each Canvas that waits for such an event to let its people in. What happened before the launch is past."""
    asking = Canvas.objects.filter(ACTIVE, live_version__document__entry__type="action")
    rows = asking.values_list("pk", "live_version__document__entry", "live_version__published_at")
    for canvas, entry, launched in rows:
        if any(event.name == entry["event"] for event in events):
            since, until = window(entry)
            mine = happened.fitting(events, entry, now).filter(time__gte=max(since or launched, launched))
            ask(canvas, mine.filter(time__lte=until) if until else mine, now)


def window(entry: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when until when events of an action-based entry count, both included; None: without a limit."""
    since, until = (values.instant(entry[key]) if entry.get(key) else None for key in ("from", "until"))
    return since, until


def ask(canvas: int, events: QuerySet[Event], now: datetime) -> int:
    columns = {"canvas": canvas, "profile": "profile_id", "at": now, "context": "properties"}
    return insert_select(Trigger, columns, events.order_by("time", "pk"))


def trigger(canvas: Canvas, people: Mapping[int, Any], now: datetime) -> int:
    """A program asks: by profile id, the properties. Returns how many were asked for."""
    rows = [Trigger(canvas=canvas, profile_id=pk, at=now, context=context) for pk, context in people.items()]
    return len(Trigger.objects.bulk_create(rows))


def let_in(canvas: Canvas, document: Document, now: datetime) -> tuple[int, int]:
    """Takes the next rows from the inbox: how many they were, and how many people entered. Under the Canvas's lock.

    Of two rows of one person the first one counts: by the second she is inside.
    """
    chunk = list(Trigger.objects.filter(canvas=canvas).order_by("pk").values_list("pk", flat=True)[:COHORT_SIZE])
    if not chunk:
        return 0, 0
    rows = Trigger.objects.filter(pk__in=chunk)
    first = rows.values("profile").annotate(first=Min("pk")).values("first")
    fitting = rows.filter(pk__in=first, profile__in=may_enter(canvas, document, now).values("pk"))
    entered = form_cohort(canvas, document, fitting, now, profile="profile_id", context="context")
    rows.delete()
    return len(chunk), entered


def next_due() -> datetime | None:
    """Of Canvases that don't rest after a failure."""
    rows = Trigger.objects.filter(canvas__status=Canvas.Status.ACTIVE, canvas__retry_at=None)
    return rows.aggregate(at=Min("at"))["at"]
