"""Why people of a step are not there: one line per cause, with its people, its clock and the last answer.

A constant number of queries, all of them over batches, but for the reasons of refused rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import (
    Count,
    DateTimeField,
    F,
    Max,
    Min,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    prefetch_related_objects,
)  # fmt: skip
from django.db.models.functions import Coalesce

from canvas.models import Canvas, Cohort, Step

from .errors import RowRefused, cure, sentence
from .health import holds, troubles_of
from .hourly import BATCHES, PARTS
from .models import Attempt, CustomAudience, Member, Pausable, SyncBatch
from .partner import PARTNERS

State = SyncBatch.State
WAITING = (State.OPEN, State.SEALED)
MOST_REASONS = 20
GROUP = ("batch__state", "batch__cause", "batch__cause_detail")
KIND = ("state", "cause", "cause_detail", "audience")
SEEN = Coalesce("settled_at", "clock_at", "created_at")
OF_BATCHES = {
    "leaving": Sum(F("size") - F("withdrawn"), filter=Q(lease_token__isnull=False), default=0),
    "next": Min("next_attempt_at"), "settled": Max("settled_at"), "first": Min(SEEN), "last": Max(SEEN),
}  # fmt: skip
OF_HOURS = {
    "leaving": Value(0), "next": Value(None, DateTimeField()), "settled": Max("last_at"), "first": Min("first_at"),
    "last": Max("last_at"),
}  # fmt: skip
"""What is asked of batches of one kind, one by one and summed up."""
TOGETHER = dict.fromkeys((*(f"{name}_sum" for name in PARTS), "leaving", "n"))
TOGETHER |= {"began": min, "next": min, "first": min, "settled": max, "last": max}
"""How two lines of one kind become one; what has no function is added."""
NO_FIELD = "None of the chosen fields is known."
CHOOSE = "Choose more fields to match, or import what is missing. They were not sent."
CANCELLED = "Cancelled by somebody of your team before they were sent."
GIVEN_UP = "Given up: not tried again by itself. Who enters this step again is sent again."
FINAL = "Final. Who enters this step again is sent again."
SOON = "They are sent within seconds."
NO_HELP, ROW = "Final: trying again can't help.", RowRefused.__name__
NOT_HANDED_OVER = {
    Canvas.Status.STOPPED: "The Canvas is stopped and hands nobody over. Resume it.",
    Canvas.Status.ARCHIVED: "The Canvas is archived and hands nobody over any more.",
}


@dataclass(frozen=True)
class Clock:
    """How long a cause has been retried, and what comes next. `share` of the hours is over, in percent."""

    began_at: datetime
    ends_at: datetime
    next_at: datetime | None
    share: float


@dataclass(frozen=True)
class Cause:
    """People of one state whom one thing keeps out; `kind` where it is an error. It was seen from `first_at` to
    `last_at`, and `asks` the list of people for those whom it keeps out."""

    state: str
    people: int
    title: str
    hint: str = ""
    clock: Clock | None = None
    ended_at: datetime | None = None
    answer: Attempt | None = None
    kind: str = ""
    first_at: datetime | None = None
    last_at: datetime | None = None
    asks: str = ""


def of_step(step: Step, now: datetime) -> list[Cause]:
    return causes(step, groups_of(step), audiences_of(step), now)


def causes(step: Step, groups: list[dict], audiences: list[CustomAudience], now: datetime) -> list[Cause]:
    batches = SyncBatch.objects.filter(audience__step=step)
    answers = last_answers(batches.filter(state__in=(*WAITING, State.FAILED)))
    found = [
        *standing(step),
        *waiting(groups, pauses_of(audiences, now), answers, now),
        *left_out(groups),
        *given_up(groups, answers),
        *refused(batches, groups),
    ]
    return [replace(cause, asks=asks(cause)) for cause in found if cause.people > 0]


def asks(cause: Cause) -> str:
    """The kind of error; of those whose fields are missing, their state."""
    return cause.kind or (cause.state if cause.state == "missing_fields" else "")


def details(step: Step, now: datetime) -> dict:
    """What the page of a step shows under its numbers."""
    audiences, groups = audiences_of(step), groups_of(step)
    found = causes(step, groups, audiences, now)
    context = {"causes": found, "out": sum(cause.people for cause in found), "hours": f"{settings.SYNC_RETRY_HOURS:g}"}
    context |= {"audiences": audiences, "moving": is_moving(groups), "sync_step": step} | what_can_be_done(groups)
    return context | troubles(audiences, now)


def what_can_be_done(groups: list[dict]) -> dict[str, int]:
    """How many people may be called back, are on the wire at this moment, and were given up."""
    waiting = [row for row in groups if row["state"] in WAITING]
    leaving = sum(row["leaving"] for row in waiting)
    given_up = sum(people_in(row) for row in groups if row["state"] == State.FAILED)
    return {"waiting": sum(map(people_in, waiting)) - leaving, "leaving": leaving, "given_up": given_up}


def troubles(audiences: list[CustomAudience], now: datetime) -> dict:
    """What holds back the audience that is filled now, to be told and retried."""
    if not audiences:
        return {"troubles": []}
    partner = PARTNERS[audiences[0].ad_account.connection.partner]
    return {"troubles": troubles_of(audiences[0], now), "partner": partner}


def is_moving(groups: list[dict]) -> bool:
    """Somebody is on the way, or waits until what holds them back is mended: the numbers will change by themselves."""
    return any(row["state"] in WAITING and people_in(row) > 0 for row in groups)


def people_in(row: dict) -> int:
    return row["size_sum"] - row["withdrawn_sum"]


def groups_of(step: Step) -> list[dict]:
    """Batches of one state and cause together. One statement."""
    folded, *others = BATCHES.all_of(audience__step=step)
    lines = grouped(folded, OF_HOURS).union(*(grouped(rows, OF_BATCHES) for rows in others), all=True)
    return sorted(merged(lines, KIND), key=lambda row: -row["size_sum"])


def grouped(rows: QuerySet, more: dict) -> QuerySet:
    sums = {f"{name}_sum": Sum(name) for name in PARTS}
    return rows.values(*KIND).annotate(**sums, began=Min("clock_at"), **more).order_by()


def merged(lines: Iterable[dict], kind: Sequence[str]) -> Iterable[dict]:
    """One line of each kind, where there may be several."""
    found: dict[tuple, dict] = {}
    for row in lines:
        key = tuple(row[name] for name in kind)
        found[key] = together(found[key], row) if key in found else row
    return found.values()


def together(one: dict, other: dict) -> dict:
    """Two lines of one kind."""
    return one | {
        name: how(filter(None, (one[name], other[name])), default=None) if how else one[name] + other[name]
        for name, how in TOGETHER.items()
        if name in one
    }


def standing(step: Step) -> Iterator[Cause]:
    """They came, and the engine has not handed them over: it does so at once, but only while the Canvas is active."""
    here = Cohort.objects.filter(step=step, canvas=step.canvas_id, ended_at=None).aggregate(n=Sum("size"))["n"] or 0
    yield Cause("pending", here, "Not handed over yet.", NOT_HANDED_OVER.get(step.canvas.status, SOON))


def waiting(groups: list[dict], paused: dict[int, Pausable], answers: dict, now: datetime) -> Iterator[Cause]:
    """What is being retried, and who waits for it without having been tried."""
    for row in groups:
        if row["state"] in WAITING:
            scope = paused.get(row["audience"])
            kind = row["cause"] or (scope.pause_kind if scope else "")
            detail = row["cause_detail"] or (scope.pause_detail if scope else "")
            title, hint = words(kind, detail) if kind else ("On their way.", SOON)
            clock = clock_of(row, scope, now) if row["began"] else None
            answer = answers.get(group_of(row))
            yield Cause("pending", people_in(row), title, hint, clock, None, answer, kind, *seen([row], answer))


def seen(rows: Sequence[dict], answer: Attempt | None = None) -> tuple[datetime | None, datetime | None]:
    """When it was met first and last: by these groups, and by their last answer."""
    moments = [moment for row in rows for moment in (row["first"], row["last"]) if moment]
    moments += [answer.started_at] if answer else []
    return min(moments, default=None), max(moments, default=None)


def group_of(row: dict) -> tuple:
    return (row["state"], row["cause"], row["cause_detail"])


def clock_of(row: dict, scope: Pausable | None, now: datetime) -> Clock:
    hours = timedelta(hours=settings.SYNC_RETRY_HOURS)
    following = max((moment for moment in (row["next"], scope and scope.paused_until) if moment), default=None)
    share = 100 * (now - row["began"]) / hours
    return Clock(row["began"], row["began"] + hours, following, round(min(max(share, 0), 100), 1))


def left_out(groups: list[dict]) -> Iterator[Cause]:
    done = [row for row in groups if row["state"] == State.DONE and row["missing_sum"]]
    yield ended("missing_fields", sum(row["missing_sum"] for row in done), NO_FIELD, CHOOSE, done)
    cancelled = [row for row in groups if row["state"] == State.WITHDRAWN]
    yield ended("withdrawn", sum(map(people_in, cancelled)), CANCELLED, FINAL, cancelled)
    erased = [row for row in groups if row["withdrawn_sum"]]
    yield ended(
        "withdrawn", sum(row["withdrawn_sum"] for row in erased), "Erased before they were sent.", "Final.", erased
    )


def ended(state: str, people: int, title: str, hint: str, rows: list[dict]) -> Cause:
    first, last = seen(rows)
    return Cause(state, people, title, hint, first_at=first, last_at=last)


def given_up(groups: list[dict], answers: dict) -> Iterator[Cause]:
    for row in groups:
        if row["state"] == State.FAILED:
            title, _ = words(row["cause"], row["cause_detail"])
            answer = answers.get(group_of(row))
            times = seen([row | {"first": row["began"] or row["first"]}], answer)
            yield Cause(
                "not_synced", people_in(row), title, GIVEN_UP, None, row["settled"], answer, row["cause"], *times
            )


def refused(batches, groups: list[dict]) -> Iterator[Cause]:
    """Rows that the partner took out by itself, by its reason; it is asked for where there are any."""
    rows = Member.objects.filter(batch__in=batches.filter(refused__gt=0), verdict=Member.Verdict.REFUSED)
    times = {"first": Min("batch__settled_at"), "last": Max("batch__settled_at")}
    reasons = rows.values_list("reason").annotate(n=Count("pk"), **times).order_by("-n")
    some = any(row["refused_sum"] for row in groups)
    for reason, people, first, last in reasons[: MOST_REASONS if some else 0]:
        title = f"The row was refused: {reason}"
        yield Cause("not_synced", people, title, NO_HELP, kind=ROW, first_at=first, last_at=last)
    unnamed = [row for row in groups if row["state"] == State.DONE and row["rejected_unnamed_sum"]]
    people = sum(row["rejected_unnamed_sum"] for row in unnamed)
    yield replace(ended("not_synced", people, "Rows were refused without being named.", NO_HELP, unnamed), kind=ROW)


def words(kind: str, detail: str) -> tuple[str, str]:
    return f"{sentence(kind)} {detail}".strip(), cure(kind)


def last_answers(batches) -> dict[tuple, Attempt]:
    """The last failed attempt of the batches of each state, cause and detail, where it was of that cause."""
    failed = Attempt.objects.filter(batch__in=batches, outcome=F("batch__cause"))
    newest = failed.values(*GROUP).annotate(last=Max("pk")).order_by().values("last")
    found = Attempt.objects.filter(pk__in=newest).select_related("batch")
    return {(one.batch.state, one.batch.cause, one.batch.cause_detail): one for one in found}


def pauses_of(audiences: list[CustomAudience], now: datetime) -> dict[int, Pausable]:
    """What holds back each audience of the step, the narrowest scope first."""
    held = {}
    for audience in audiences:
        scopes = (audience, audience.ad_account, audience.ad_account.connection)
        scope = next((scope for scope in scopes if holds(scope, now)), None)
        if scope:
            held[audience.pk] = scope
    return held


def audiences_of(step: Step) -> list[CustomAudience]:
    """The custom audiences that the step has filled, the latest first, with all that may hold them back; read once."""
    secret = "ad_account__connection__secret"  # noqa: S105
    rows = CustomAudience.objects.select_related(secret).defer(f"{secret}__token").order_by("-created_at", "-pk")
    prefetch_related_objects([step], Prefetch("custom_audiences", rows, to_attr="filled"))
    return step.filled
