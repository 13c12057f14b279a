"""What became of people who are sent something one by one: numbers, causes, and the list. Constant queries each.

A type has its own names for the states; who entered and is in none of the others is Pending.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, DateTimeField, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.lookups import In

from audiences.people import MANY, Sought
from canvas import journal
from canvas.hours import HourOf
from canvas.models import Step
from canvas.ranges import Range, part_of
from canvas.steps.people import Page, StepPerson

from . import step_causes, step_people
from .dispatch_models import Dispatch, Outlet
from .dispatch_queue import WAITING, State
from .hourly import DISPATCHES
from .step_causes import Cause, Clock
from .step_people import Place

ON_THEIR_WAY = "On their way."
MOST_CAUSES = 20
SENT_AGAIN = "Not tried again by itself. Who enters this step again is sent to again."
FINAL = {
    State.FAILED: SENT_AGAIN,
    State.NO_ADDRESS: "Import what is missing. They were not written to.",
    State.SUPPRESSED: "They are not written to, by any Canvas.",
    State.WITHDRAWN: "Final.",
}
NAMES = {
    State.SENT: "sent", State.FAILED: "failed", State.NO_ADDRESS: "no_email", State.SUPPRESSED: "unsubscribed",
    State.WITHDRAWN: "withdrawn", State.WAITING: "pending",
}  # fmt: skip
"""How pages and the API call a state."""
STATES = {name: state for state, name in NAMES.items()}


def fates(steps: Sequence[int], names: Sequence[str], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
    """By the ids of Step rows, for each part of time, for a type that knows these names."""
    known = [name for name in names if name != "pending"]
    found = {step: [dict.fromkeys(known, 0) for _ in range(len(cuts) + 1)] for step in steps}
    hours, fresh = (
        rows.annotate(part=part_of("settled_at", cuts)).values_list("outlet__step", "part", "state").order_by()
        for rows in DISPATCHES.settled(outlet__step__in=steps)
    )
    for step, part, state, people in together(hours, fresh):
        found[step][part][NAMES[state]] += people
    return found


def together(hours: QuerySet, fresh: QuerySet) -> QuerySet:
    """People who are summed up by the hour and others, as one statement: a fold can't slip in between."""
    return hours.annotate(n=Sum("people")).union(fresh.annotate(n=Count("pk")), all=True)


def by_hour(step: Step, names: Sequence[str], asked: Range) -> list[tuple[datetime, dict[str, int]]]:
    """What became of people in the range, by the hour in which it was settled. One query."""
    found: dict[datetime, dict[str, int]] = {}
    hours, fresh = (
        rows.filter(asked.holds("settled_at")).annotate(hour=HourOf("settled_at")).values_list("hour", "state")
        for rows in DISPATCHES.settled(outlet__step=step)
    )
    for hour, state, people in together(hours.order_by(), fresh.order_by()):
        found.setdefault(hour, {name: 0 for name in names if name != "pending"})[NAMES[state]] += people
    return sorted(found.items())


def people(step: Step | None, status: str, after: str, limit: int, only: Sought | None = None, cause: str = "") -> Page:
    """`status` is a name or ""; `step` is None while the Canvas was never launched; `only`: of these profiles, and
    `cause`: with these words of why."""
    place = step_people.read(after)
    rows = list(found(step, status, place, limit + 1, only, cause)) if step else []
    shown = [person for _, person in rows[:limit]]
    note = left(step) if step and status in ("", "withdrawn") else ""
    return Page(shown, str(rows[limit - 1][0]) if len(rows) > limit else "", note)


def left(step: Step) -> str:
    """Whom exit criteria, or a new version, let out there stands in the number, and in no row of ours."""
    people = journal.let_out([step.pk]).get(step.pk, 0)
    return f"{people} left here before anything was sent. They are Withdrawn, and not listed." if people else ""


def found(
    step: Step, status: str, place: Place, most: int, only: Sought | None, cause: str
) -> Iterator[tuple[Place, StepPerson]]:
    """Who stands at the step comes first; each with the place to go on from."""
    stands = status in ("", "pending") and not place.batch and not cause
    here = list(step_people.standing(step, place, most, only)) if stands else []
    yield from here
    states = [STATES[status]] if status else list(State)
    groups = [states] if looks_up(only) else [[state] for state in states]
    parts = [part(step, some, place.batch, most, only, cause) for some in groups]
    ids = sorted(parts[0].union(*parts[1:], all=True))[: most - len(here)]
    rows = Dispatch.objects.filter(pk__in=ids).select_related("outlet").annotate(external_id=F("profile__external_id"))
    yield from ((Place(one.pk, 0), person(one)) for one in rows.order_by("pk"))


def part(step: Step, states: list[State], after: int, most: int, only: Sought | None, cause: str) -> QuerySet[int]:
    """The first ones of these states. (SQLite limits no part of a union.)"""
    asked = Q(cause=cause) if cause else Q()
    rows = Dispatch.objects.filter(asked, by_people(step) if looks_up(only) else Q(outlet__step=step))
    some = step_people.in_order(rows.filter(state__in=states, pk__gt=after), only, MANY, "pk").values("pk")
    return Dispatch.objects.filter(pk__in=some[:most]).order_by().values_list("pk", flat=True)


def looks_up(only: Sought | None) -> bool:
    """All who are sought are found before they are put in order; else an index has those of a state in order."""
    return only is not None and only.found <= MANY


def by_people(step: Step) -> Q:
    """Those of the step, found by another index than its own: databases take none for a sum."""
    return In(F("outlet_id") + 0, Outlet.objects.filter(step=step).values("pk"))


def person(one: Dispatch) -> StepPerson:
    held = one.outlet if one.state == State.WAITING else None
    cause = one.cause or (held.held_for if held else "")
    following = max(filter(None, (one.next_attempt_at, held.held_until)), default=None) if held else None
    profile = one.profile_id if one.external_id else None
    at = one.settled_at if one.state == State.SENT else None
    return StepPerson(one.entry_id, profile, one.external_id, NAMES[one.state], cause, one.attempts, following, at)


@dataclass(frozen=True)
class Answer:
    """The last answer that those of a cause got."""

    code: int


def details(step: Step, now: datetime) -> dict:
    """What the page of a step shows under its numbers."""
    outlet = Outlet.objects.filter(step=step).first()
    groups = groups_of(step)
    found = [one for one in [*step_causes.standing(step), *causes(outlet, groups, now)] if one.people > 0]
    waits = sum(row["n"] for row in groups if row["state"] == State.WAITING)
    leaving = Dispatch.objects.filter(WAITING, Dispatch.leased(now), outlet__step=step).count() if waits else 0
    failed = sum(row["n"] for row in groups if row["state"] == State.FAILED)
    return {
        "causes": found, "out": sum(one.people for one in found), "outlet": outlet, "sync_step": step,
        "hours": f"{settings.SYNC_RETRY_HOURS:g}", "moving": bool(waits), "waiting": waits - leaving,
        "leaving": leaving, "given_up": failed,
    }  # fmt: skip


def groups_of(step: Step) -> list[dict]:
    """Those of one state and cause together, but for those who were sent. One statement."""
    hours, fresh, waiting = (
        rows.exclude(state=State.SENT).values(*DISPATCHES.kind).order_by()
        for rows in DISPATCHES.all_of(outlet__step=step)
    )
    never = {name: Value(None, DateTimeField()) for name in ("began", "next")}
    times = {"began": Min("clock_at"), "next": Min("next_attempt_at"), "settled": Max("settled_at")}
    lines = hours.annotate(n=Sum("people"), **never, settled=Max("last_at")).union(
        *(rows.annotate(n=Count("pk"), **times) for rows in (fresh, waiting)), all=True
    )
    return sorted(step_causes.merged(lines, DISPATCHES.kind), key=lambda row: -row["n"])


def causes(outlet: Outlet | None, groups: list[dict], now: datetime) -> Iterator[Cause]:
    for row in groups[:MOST_CAUSES]:
        waits = row["state"] == State.WAITING
        title = row["cause"] or (outlet.held_for if waits and outlet.held_for else ON_THEIR_WAY)
        clock = clock_of(outlet, row, now) if waits and row["began"] else None
        hint = FINAL.get(row["state"], step_causes.SOON if title == ON_THEIR_WAY else "It is tried again by itself.")
        answer = Answer(row["status"]) if row["status"] else None
        ended = row["settled"] if row["state"] == State.FAILED else None
        kind = "failed" if row["state"] == State.FAILED else ""
        who = {"state": NAMES[row["state"]], "people": row["n"], "asks": row["cause"]}
        yield Cause(**who, title=title, hint=hint, clock=clock, ended_at=ended, answer=answer, kind=kind)
    rest = Counter()
    for row in groups[MOST_CAUSES:]:
        rest[row["state"]] += row["n"]
    yield from (Cause(NAMES[state], people, "For other causes.") for state, people in rest.items())


def clock_of(outlet: Outlet, row: Mapping, now: datetime) -> Clock:
    following = max(filter(None, (row["next"], outlet.held_until)))
    return step_causes.clock_of({"began": row["began"], "next": following}, None, now)
