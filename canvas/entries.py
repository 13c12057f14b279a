"""How people get in: a scheduled run walks the target audience by profile id, one chunk a transaction.

Who is let in by an event or a program comes from the `inbox`, by the same rules.
"""

from datetime import datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from audiences import segments
from audiences.models import Profile

from .document import Document
from .insert_select import insert_select
from .models import Arrival, Canvas, Cohort, Entry, EntryRun

COHORT_SIZE = 10_000


def enter(canvas: Canvas, document: Document, run: EntryRun, now: datetime) -> int:
    """Lets the next chunk of the run in; returns how many people. The caller holds the Canvas's lock."""
    waiting = may_enter(canvas, document, now).filter(pk__gt=run.cursor)
    chunk = waiting.order_by("pk").values("pk")[:COHORT_SIZE]
    found = Profile.objects.filter(pk__in=chunk).aggregate(n=Count("pk"), last=Max("pk"))
    people = form_cohort(canvas, document, waiting.filter(pk__lte=found["last"]), now) if found["n"] else 0
    run.cursor = found["last"] or run.cursor
    run.entered += people
    run.done = found["n"] < COHORT_SIZE
    run.save(update_fields=["cursor", "entered", "done"])
    return people


def may_enter(canvas: Canvas, document: Document, now: datetime) -> QuerySet[Profile]:
    """The target audience (everybody, if there is none), less those whom the re-entry rule keeps out."""
    trips = Entry.objects.filter(profile=OuterRef("pk"), canvas=canvas)
    if document.reentry_after is not None:
        inside = Q(cohort__ended_at=None)
        trips = trips.filter(inside | Q(entered_at__gt=now - document.reentry_after))
    people = segments.people(document.audience, now) if document.audience else Profile.objects.all()
    return people.filter(~Exists(trips))


def form_cohort(
    canvas: Canvas, document: Document, source: QuerySet, now: datetime, profile: str = "pk", **more: str
) -> int:
    """One trip for each row of `source`, whose column `profile` says who it is; `more` are further columns of Entry."""
    first = document.steps[0]
    due_at = first.type.due(first, now)
    cohort = Cohort.objects.create(canvas=canvas, step=first.row, size=0, arrived_at=now, due_at=due_at)
    columns = {
        "canvas": canvas.pk, "profile": profile, "trip": next_trip(canvas, document, profile), "cohort": cohort.pk,
        "entered_at": now,
    }  # fmt: skip
    cohort.size = insert_select(Entry, columns | more, source)
    if not cohort.size:
        cohort.delete()
        return 0
    cohort.save(update_fields=["size"])
    Arrival.objects.create(canvas=canvas, cohort=cohort, step=first.row, at=now, n=cohort.size)
    return cohort.size


def next_trip(canvas: Canvas, document: Document, profile: str):
    """Last trip + 1; without re-entry it is always the first."""
    if document.reentry_after is None:
        return 1
    last = Entry.objects.filter(profile=OuterRef(profile), canvas=canvas).order_by("-trip").values("trip")[:1]
    return Coalesce(Subquery(last), 0) + 1
