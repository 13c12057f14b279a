"""What a live Canvas waits for, kept beside its published document so that an event finds it by its name.

A purchase has the empty name: it finds all that wait for one.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Least

from audiences import happened

from . import values
from .document import Document
from .insert_select import insert_select
from .models import Canvas, Listener, Trigger

Kind = Listener.Kind


def listen(canvas: Canvas, document: Document, now: datetime) -> None:
    """Replaces what the Canvas waited for. What happened before is past, unless it waited for the same already."""
    before = {waits_for(old): old.since for old in canvas.listeners.all()}
    canvas.listeners.all().delete()
    rows = list(wanted(canvas, document))
    for row in rows:
        row.since = max(row.since, before.get(waits_for(row), now))
    Listener.objects.bulk_create(rows)


def waits_for(one: Listener) -> tuple:
    return one.kind, one.step_id, one.way, json.dumps(one.asked, sort_keys=True)


def wanted(canvas: Canvas, document: Document) -> Iterator[Listener]:
    entry, out = document.entry or {}, document.source.get("exit") or {}
    if entry.get("type") == "action":
        since, until = window(entry)
        yield listener(canvas, Kind.ENTRY, entry, since=since or values.LONG_AGO, until=until)
    if happened.kind_of(out):
        yield listener(canvas, Kind.EXIT, out)
    for chosen in document.source.get("conversions") or []:
        yield listener(canvas, Kind.CONVERSION, chosen, way=chosen["name"])
    for step in document.steps:
        for way, asked in step.type.events(step.settings):
            yield listener(canvas, Kind.WAKE, asked, way=way, step=step.row)


def listener(canvas: Canvas, kind: str, asked: dict[str, Any], since: datetime = values.LONG_AGO, **more) -> Listener:
    kept = {key: asked[key] for key in (*happened.KINDS, "where") if key in asked}
    return Listener(canvas=canvas, kind=kind, event=happened.name_of(asked), asked=kept, since=since, **more)


def window(entry: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """From when until when events of an action-based entry count, both included; None: without a limit."""
    since, until = (values.instant(entry[key]) if entry.get(key) else None for key in ("from", "until"))
    return since, until


def hear(deeds: Sequence[happened.Deed], now: datetime) -> None:
    """Puts people into the inbox of each running Canvas that waits for what they did."""
    waiting = Listener.objects.filter(canvas__status=Canvas.Status.ACTIVE, event__in=happened.names_of(deeds))
    for one in waiting.order_by("pk"):
        mine = happened.fitting(deeds, one.asked, now).filter(time__gte=one.since)
        ask(one, mine.filter(time__lte=one.until) if one.until else mine, now)


def ask(one: Listener, deeds: QuerySet, now: datetime) -> int:
    happened_at = Least("time", Value(now, DateTimeField()))
    columns = {
        "canvas": one.canvas_id, "kind": Value(one.kind), "way": Value(one.way), "profile": "profile_id",
        "at": now, "happened_at": happened_at, "context": happened.told(one.asked) if one.kind == Kind.ENTRY else {},
    }  # fmt: skip
    if one.step_id:
        columns["step"] = one.step_id
    return insert_select(Trigger, columns, deeds.order_by("time", "pk"))
