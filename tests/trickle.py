"""A Canvas into which one person a tick has come for long: as many cohorts of one stand in it, evenly at ten Delays."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Value

from audiences.models import Profile
from canvas import inbox, journal
from canvas.insert_select import insert_select
from canvas.models import Arrival, Canvas, Cohort, Entry, EntryDay, Step
from config import schedules
from tests.cast import delay, launch

TICK, STEPS = timedelta(seconds=5), 10
AT_ONCE = 10_000


def trickled(count: int, now: datetime) -> Canvas:
    """As ticks would have left it, in bulk: each person waits at each step as long as a tenth of them take to come."""
    span = TICK * (count // STEPS)
    keys = [f"s{number}" for number in range(STEPS)]
    steps = [delay(key, then, duration=f"PT{span.seconds + span.days * 86400}S")
             for key, then in zip(keys, [*keys[1:], None], strict=True)]  # fmt: skip
    canvas = launch(*steps, at=now - span * STEPS, name=f"{count} came", entry={"type": "api"},
                    audience=None)  # fmt: skip
    rows = dict(canvas.steps.values_list("key", "pk"))
    for first in range(0, count, AT_ONCE):
        come(canvas, [rows[key] for key in keys], range(first, min(first + AT_ONCE, count)), span, now)
    tell(canvas, [rows[key] for key in keys], span)
    EntryDay.objects.create(canvas=canvas, day=canvas.live_version.published_at.date(), n=count)
    return canvas


def come(canvas: Canvas, steps: list[int], numbers: range, span: timedelta, now: datetime) -> None:
    """Number n came n ticks ago."""
    people = Profile.objects.bulk_create(Profile(external_id=f"t{canvas.pk} {number}") for number in numbers)
    came = [now - TICK * number for number in numbers]
    passed = [(now - at) // span for at in came]
    cohorts = Cohort.objects.bulk_create(
        Cohort(canvas=canvas, step_id=steps[done], size=1, arrived_at=at + span * done, due_at=at + span * (done + 1))
        for at, done in zip(came, passed, strict=True)
    )
    Entry.objects.bulk_create(
        Entry(canvas=canvas, profile=person, trip=1, cohort=cohort, entered_at=at)
        for person, cohort, at in zip(people, cohorts, came, strict=True)
    )


def tell(canvas: Canvas, steps: list[int], span: timedelta) -> None:
    """The journal: each came to the step at which she stands, and to every one before it. Folded, as it would be."""
    for place, here in enumerate(steps):
        for back in range(place + 1):
            columns = {
                "canvas": canvas.pk, "cohort": "pk", "step": steps[place - back], "n": 1,
                "at": F("arrived_at") - Value(span * back), "branch": Value("next" if place > back else ""),
            }  # fmt: skip
            if place > back:
                columns["came_from"] = steps[place - back - 1]
            insert_select(Arrival, columns, Cohort.objects.filter(canvas=canvas, step=here))
    journal.fold(canvas.pk)


def ticks(canvas: Canvas, many: int, now: datetime) -> Iterator[datetime]:
    """One more person, then a tick; after each, its time."""
    for number in range(many):
        now += TICK
        inbox.trigger(canvas, {Profile.objects.create(external_id=f"n{canvas.pk} {number}").pk: {}}, now)
        schedules.run(lambda at=now: at)
        yield now


def standing(canvas: Canvas) -> list[int]:
    """How many stand at each step."""
    rows = Step.objects.filter(canvas=canvas).order_by("pk")
    return [Cohort.objects.filter(step=row, ended_at=None).count() for row in rows]
