"""Counts everything again from the rows that can't lie, and names every difference."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from .models import Arrival, ArrivalHour, Canvas, Cohort, Entry, EntryDay, EntryRun


def differences() -> Iterator[str]:
    yield from cohort_sizes()
    yield from lost_entries()
    for canvas in Canvas.objects.order_by("pk"):
        yield from journal_against_rows(canvas)
        yield from folds(canvas)


def cohort_sizes() -> Iterator[str]:
    """Every cohort holds as many entries as it says."""
    people = Entry.objects.filter(cohort=OuterRef("pk")).order_by().values("cohort").annotate(n=Count("pk")).values("n")
    counted = Cohort.objects.annotate(people=Coalesce(Subquery(people, output_field=IntegerField()), 0))
    for pk, size, found in counted.exclude(people=F("size")).values_list("pk", "size", "people"):
        yield f"cohort {pk} says {size} people and holds {found}"


def lost_entries() -> Iterator[str]:
    """Every entry stands in a cohort of its own Canvas."""
    home = Cohort.objects.filter(pk=OuterRef("cohort_id"), canvas=OuterRef("canvas_id"))
    for pk in Entry.objects.filter(~Exists(home)).values_list("pk", flat=True)[:100]:
        yield f"entry {pk} is in no cohort of its Canvas"


def journal_against_rows(canvas: Canvas) -> Iterator[str]:
    lines = Arrival.objects.filter(canvas=canvas)
    entries = Entry.objects.filter(canvas=canvas).count()
    yield from differ(f"{canvas}: people who entered", total(lines.filter(came_from=None)), entries)
    yield from differ(f"{canvas}: entered by days", total(EntryDay.objects.filter(canvas=canvas)), entries)
    if canvas.entry_runs.exists():
        # A version may let people in by runs and the next one by events: these bring a context.
        runs = EntryRun.objects.filter(canvas=canvas)
        planned = Entry.objects.filter(canvas=canvas, context__isnull=True).count()
        yield from differ(f"{canvas}: entered by runs", total(runs, "entered"), planned)
    inside = dict(standing(canvas))
    for step in canvas.steps.all():
        here = total(lines.filter(step=step)) - total(lines.filter(came_from=step))
        yield from differ(f"{canvas}, {step}: people who stand there", here, inside.get(step.pk, 0))


def standing(canvas: Canvas):
    rows = Cohort.objects.filter(canvas=canvas, ended_at=None).values_list("step_id")
    return rows.annotate(people=Sum("size")).order_by()


def folds(canvas: Canvas) -> Iterator[str]:
    """The folded sums are those of the lines that were folded."""
    hours = {(row[0], row[1], row[2]): row[3] for row in grouped(ArrivalHour.objects.filter(canvas=canvas))}
    lines = {(row[0], row[1], row[2]): row[3] for row in grouped(Arrival.objects.filter(canvas=canvas, folded=True))}
    for kind in hours.keys() | lines.keys():
        yield from differ(f"{canvas}: folded arrivals {kind}", hours.get(kind, 0), lines.get(kind, 0))


def grouped(rows):
    return rows.values_list("step_id", "came_from_id", "branch").annotate(people=Sum("n")).order_by()


def total(rows, column: str = "n") -> int:
    return rows.aggregate(sum=Coalesce(Sum(column), 0))["sum"]


def differ(what: str, said: int, found: int) -> Iterator[str]:
    if said != found:
        yield f"{what}: {said} by the sums, {found} by the rows"
