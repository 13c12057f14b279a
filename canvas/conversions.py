"""Conversion events: what a Canvas is for. Counted once a trip, if they happen within their window after entering."""

from datetime import datetime

from django.db.models import Max, OuterRef, QuerySet, Subquery, Value

from . import values, way_conversions
from .document import Document
from .insert_select import insert_select
from .models import Canvas, Conversion, Entry, Trigger


def count(canvas: Canvas, document: Document, rows: QuerySet[Trigger], now: datetime) -> int:
    """Of each person the trip that had begun last when it happened. Returns how many conversions are new."""
    compared, last = way_conversions.compared(canvas.pk), Conversion.objects.aggregate(pk=Max("pk"))["pk"] or 0
    new = sum(
        count_one(canvas.pk, chosen, rows.filter(way=chosen["name"]))
        for chosen in document.source.get("conversions") or []
    )
    if new and compared:
        way_conversions.add(compared, Conversion.objects.filter(canvas=canvas, pk__gt=last))
    return new


def count_one(canvas_id: int, chosen: dict, rows: QuerySet[Trigger]) -> int:
    begun = Entry.objects.filter(
        canvas=canvas_id, profile=OuterRef("profile"), entered_at__lte=OuterRef("happened_at"),
        entered_at__gte=OuterRef("happened_at") - values.duration(chosen["within"]),
    )  # fmt: skip
    trips = rows.annotate(trip=Subquery(begun.order_by("-trip").values("pk")[:1])).exclude(trip=None)
    columns = {"canvas": canvas_id, "entry": "trip", "name": Value(chosen["name"]), "at": "happened_at"}
    return insert_select(Conversion, columns, trips.order_by("happened_at", "pk"), ignore_conflicts=True)
