"""How people get in: a scheduled run walks the target audience by profile id, one chunk a transaction.

Who is let in by an event or a program comes from the `inbox`, by the same rules.
"""

from datetime import date, datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from audiences import filters, segments
from audiences.models import Profile

from .document import Document
from .insert_select import insert_select
from .models import Arrival, Canvas, Cohort, Entry, EntryDay, EntryRun
from .moves import Move, apart
from .steps.base import Dues

COHORT_SIZE = 10_000
COHORTS_AT_ONCE = 10
"""So many enter in a transaction, and then move on together: each further step costs them what it costs one."""


def enter(canvas: Canvas, document: Document, run: EntryRun, now: datetime) -> int:
    """Lets the next chunk of the run in; returns how many people. The caller holds the Canvas's lock."""
    before = run.entered
    for _ in range(COHORTS_AT_ONCE):
        if not run.done:
            enter_cohort(canvas, document, run, now)
    run.save(update_fields=["cursor", "entered", "done"])
    if run.done and document.is_recurring:
        plan_next(canvas, document, max(run.planned_at, now))
    return run.entered - before


def enter_cohort(canvas: Canvas, document: Document, run: EntryRun, now: datetime) -> None:
    free = room(canvas, document, now, run)
    most = COHORT_SIZE if free is None else min(COHORT_SIZE, free)
    waiting = may_enter(canvas, document, now, run.cursor).filter(pk__gt=run.cursor).order_by("pk")
    people, last = form_cohort(canvas, document, waiting[:most], now)
    run.cursor = last or run.cursor
    run.entered += people
    run.done = people < COHORT_SIZE


def plan_next(canvas: Canvas, document: Document, after: datetime) -> None:
    """One run at a time: those that were missed are not made up for."""
    planned_at = document.entry_time(after + timedelta(microseconds=1))
    if planned_at is not None:
        EntryRun.objects.get_or_create(canvas=canvas, planned_at=planned_at)


def room(canvas: Canvas, document: Document, now: datetime, run: EntryRun | None = None) -> int | None:
    """How many more people the entry limit lets in; None without a limit. A run's limit holds for scheduled entry."""
    limit = document.source.get("limit")
    if not limit:
        return None
    if limit["per"] == "run":
        return max(0, limit["max"] - run.entered) if run else None
    days = canvas.entry_days.all()
    days = days.filter(day=today(now)) if limit["per"] == "day" else days
    return max(0, limit["max"] - (days.aggregate(n=Sum("n"))["n"] or 0))


def may_enter(canvas: Canvas, document: Document, now: datetime, after: int = 0) -> QuerySet[Profile]:
    """The target audience (everybody, if there is none), less those whom the re-entry rule keeps out. Trips of people
    up to the id `after` are not looked at: PostgreSQL would read them all again for each chunk."""
    trips = Entry.objects.filter(profile=OuterRef("pk"), canvas=canvas, profile__gt=after)
    if document.reentry_after is not None:
        inside = Q(cohort__ended_at=None)
        trips = trips.filter(inside | Q(entered_at__gt=now - document.reentry_after))
    people = segments.people(document.audience, now) if document.audience else Profile.objects.all()
    leaving = document.exit_filter
    return (people.exclude(filters.condition(leaving, now)) if leaving else people).filter(~Exists(trips))


def form_cohort(
    canvas: Canvas, document: Document, source: QuerySet, now: datetime, profile: str = "pk", **more: str
) -> tuple[int, int]:
    """One trip for each row of `source`, whose column `profile` says who it is; `more` are further columns of Entry.

    Returns how many people, and the highest id among them.
    """
    first = document.steps[0]
    due_at = first.type.due(first, now)
    at = now if isinstance(due_at, Dues) else due_at
    cohort = Cohort.objects.create(canvas=canvas, step=first.row, size=0, arrived_at=now, due_at=at)
    columns = {
        "canvas": canvas.pk, "profile": profile, "trip": next_trip(canvas, document, profile), "cohort": cohort.pk,
        "entered_at": now,
    }  # fmt: skip
    cohort.size = insert_select(Entry, columns | more, source)
    if not cohort.size:
        cohort.delete()
        return 0, 0
    cohort.save(update_fields=["size"])
    last = Entry.objects.filter(cohort=cohort).aggregate(last=Max("profile"))["last"]
    Arrival.objects.create(canvas=canvas, cohort=cohort, step=first.row, at=now, n=cohort.size)
    count_in(canvas, cohort.size, now)
    if isinstance(due_at, Dues):
        for at, group in apart(Move(canvas.pk, first, now), Cohort.objects.filter(pk=cohort.pk), due_at):
            group.update(due_at=at, branch="")
    return cohort.size, last


def today(now: datetime) -> date:
    """Of the company's calendar."""
    return timezone.localdate(now, timezone.get_default_timezone())


def count_in(canvas: Canvas, people: int, now: datetime) -> None:
    row, _ = canvas.entry_days.get_or_create(day=today(now), defaults={"n": 0})
    EntryDay.objects.filter(pk=row.pk).update(n=F("n") + people)


def next_trip(canvas: Canvas, document: Document, profile: str):
    """Last trip + 1; without re-entry it is always the first."""
    if document.reentry_after is None:
        return 1
    last = Entry.objects.filter(profile=OuterRef(profile), canvas=canvas).order_by("-trip").values("trip")[:1]
    return Coalesce(Subquery(last), 0) + 1
