"""Why somebody was not passed on by a step: never in the Canvas, not there yet, or gone another way. Told from rows."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db.models import IntegerField, Value

from audiences import segments
from audiences.filters import FilterRefused, WholeLibrary
from audiences.models import Profile

from . import describe
from .board import branch_words
from .document import Document, StepSpec, read
from .models import Canvas
from .profile_trips import Trip

SHOWN = 20


@dataclass(frozen=True)
class WhyNot:
    """One step that a person has not come to; `until` is when something may change by itself."""

    canvas: Canvas
    step: StepSpec
    words: str
    until: datetime | None = None


def reasons(profile: Profile, trips: Sequence[Trip], now: datetime) -> list[WhyNot]:
    """For each step that passes people on, of the Canvases that run: four queries, however many."""
    canvases = list(
        Canvas.objects.filter(status=Canvas.Status.ACTIVE, live_version__isnull=False)
        .select_related("live_version").prefetch_related("steps").order_by("-pk")[:SHOWN]
    )  # fmt: skip
    been = {stop.step_id for trip in trips for stop in trip.stops}
    latest = {trip.entry.canvas_id: trip for trip in reversed(trips)}
    fitting = in_target_audience(profile, (one for one in canvases if one.pk not in latest), now)
    return [why for one in canvases for why in of_canvas(one, been, latest.get(one.pk), one.pk in fitting)]


def of_canvas(canvas: Canvas, been: set[int], trip: Trip | None, fits: bool) -> Iterator[WhyNot]:
    document = read(canvas.live_version.document).with_rows({step.key: step for step in canvas.steps.all()})
    for step in document.steps:
        if step.type.rest and step.row and step.row.pk not in been:
            yield WhyNot(canvas, step, *why(document, trip, fits))


def why(document: Document, trip: Trip | None, fits: bool) -> tuple[str, datetime | None]:
    if trip is None:
        return never_entered(document, fits), None
    cohort = trip.entry.cohort
    if cohort.ended_at is None:
        waits = cohort.due_at > cohort.arrived_at
        return f"Not there yet: stands at {trip.standing_at}.", cohort.due_at if waits else None
    turns = [stop for stop in trip.stops if stop.came_from_id and stop.branch not in ("", "next")]
    turn = f" Went “{branch_words(turns[-1].branch)}” on the way." if turns else ""
    return f"Left the Canvas without coming to this step.{turn}", None


def never_entered(document: Document, fits: bool) -> str:
    if not fits:
        return f"Never entered, and is not in the target audience now ({describe.audience(document.audience)})."
    return f"Never entered, though in the target audience now. People enter: {describe.entry(document.entry)}."


def in_target_audience(profile: Profile, canvases: Iterable[Canvas], now: datetime) -> set[int]:
    """The ids of the Canvases whose target audience the person is in. One query besides what filters may name."""
    parts, library = [], WholeLibrary()
    for canvas in canvases:
        with suppress(FilterRefused):
            people = segments.people(canvas.live_version.document.get("audience"), now, library)
            mark = Value(canvas.pk, output_field=IntegerField())
            parts.append(people.filter(pk=profile.pk).order_by().annotate(in_canvas=mark).values_list("in_canvas"))
    return {pk for (pk,) in (parts[0].union(*parts[1:], all=True) if parts else ())}
