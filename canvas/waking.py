"""Action Paths: an event wakes who waits for it, and they leave by its way at once."""

from datetime import datetime

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When

from .document import Document
from .models import Canvas, Entry, Trigger
from .moves import new_stamp
from .parting import Parting


def wake(canvas: Canvas, document: Document, rows: QuerySet[Trigger], now: datetime) -> int:
    """Whoever stands at the step, and did it since she came and before her time was up, is due now. Of several events
    the first that happened counts. Returns how many cohorts are due by that."""
    waiting = Entry.objects.filter(
        canvas=canvas, profile__in=rows.values("profile"), cohort__step__in=rows.values("step"),
        cohort__ended_at=None, cohort__woken="",
    ).annotate(came=came())  # fmt: skip
    did = rows.filter(
        profile=OuterRef("profile"), step=OuterRef("cohort__step"), happened_at__gte=OuterRef("came"),
        happened_at__lte=OuterRef("cohort__due_at"),
    )  # fmt: skip
    first = Subquery(did.order_by("happened_at", "pk").values("way")[:1])
    ways = set(rows.values_list("way", flat=True).distinct())
    leaving = waiting.annotate(way=first).exclude(way=None)
    return Parting(canvas.pk, now, new_stamp(), "woken").take(leaving, ways).count()


def came() -> Case:
    """Since when she is at the step. At the one by which she entered since then, which an event does before the next
    tick: no branch has led her there."""
    return Case(When(cohort__branch="", then=F("entered_at")), default=F("cohort__arrived_at"))
