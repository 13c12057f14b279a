"""Calls about Canvases that run: launch (the next version, too), stop, resume, numbers, and what became of people."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Query, Router, Schema

from audiences.values import stored_time
from config.team.keys import needs
from config.team.pages import Cursor, Limit
from config.team.refusals import Refusal, wrong_path

from .. import analytics, launch, publishing, retiring
from ..document import StepSpec
from ..models import Canvas
from ..ranges import ALL, OWN, WORDS, RangeForm
from ..steps.people import StepPerson
from .canvases import Edition, IfMatch, found, matching

router = Router()


class ProblemAnswer(Schema):
    id: str
    level: str
    step: str | None
    field: str | None
    message: str
    hint: str


class LaunchAnswer(Schema):
    """`problems` are warnings only: errors would have stopped it."""

    status: str
    problems: list[ProblemAnswer]


class Launch(Schema):
    """`onward` is for the next version of what is live: by the key of each step that it has no more, the key of the
    step where its people go on, or null for leaving the Canvas."""

    onward: dict[str, str | None] = {}


class StatusAnswer(Schema):
    status: str


class NumbersAnswer(Schema):
    """`canvas` also has what became of people over all of its steps. Steps that pass people on also have synced,
    pending, missing_fields, not_synced, withdrawn; those that write to people sent, pending, no_email, unsubscribed,
    failed, withdrawn: they add up.

    At the end stand the steps that people came to in an earlier version and that are gone since: `"retired": true`.
    """

    canvas: dict[str, Any]
    steps: list[dict[str, Any]]


class PersonAnswer(Schema):
    """`external_id` is null once the person was erased."""

    external_id: str | None
    status: str
    cause: str
    attempts: int
    next_attempt_at: str | None
    sent_at: str | None


class PeopleAnswer(Schema):
    people: list[PersonAnswer]
    next: str | None


STATUSES = "One of the states of the step, such as synced, sent or pending; all of them if it is left out."
RangeName = Annotated[str, Query("", description=f"One of {', '.join(WORDS)}; or leave it out and send two days.")]
Day = Annotated[date | None, Query(None, description="A day of the company's calendar, such as 2026-11-01.")]
Status = Annotated[str, Query("", description=STATUSES)]


@router.post(
    "/canvases/{int:canvas_id}/launch",
    response=LaunchAnswer,
    summary="Launch a Canvas",
    **needs("canvases.launch", body={}),
)
def launch_canvas(
    request: HttpRequest, canvas_id: int, body: Body[Launch | None] = None, if_match: IfMatch = None,
    edition: Edition = None,
) -> dict:  # fmt: skip
    """Launches a draft; of a Canvas that is live it makes the draft of the next version the live one. 422 names
    everything that stops it, all at once, in `problems`; nothing has changed then: also where the edition that is
    named is not the last one. The body may be left out."""
    canvas, matched = found(canvas_id), matching(if_match)
    read = edition if matched is None else matched
    onward = {key: to or retiring.LEAVE for key, to in (body.onward if body else {}).items()}
    try:
        if canvas.is_live:
            warnings = publishing.publish(canvas, timezone.now(), None, request.auth.name, read, onward)
        else:
            warnings = launch.launch(canvas, timezone.now(), None, request.auth.name, read)
    except launch.NotLaunched as refusal:
        detail = "Nothing was launched or published; `problems` names everything that stops it."
        raise Refusal(422, detail, problems=[problem.as_dict() for problem in refusal.problems]) from None
    return {"status": canvas.status, "problems": [problem.as_dict() for problem in warnings]}


@router.post(
    "/canvases/{int:canvas_id}/stop",
    response=StatusAnswer,
    summary="Stop a Canvas",
    **needs("canvases.launch", refuses={409: "It is not active."}),
)
def stop_canvas(request: HttpRequest, canvas_id: int) -> dict:
    """Nobody enters or moves any more. What was handed over to be sent is finished."""
    canvas = found(canvas_id)
    if not launch.stop(canvas, via=request.auth.name):
        raise Refusal(409, f"The Canvas is {canvas.status}: only an active one can be stopped.")
    return {"status": canvas.status}


@router.post(
    "/canvases/{int:canvas_id}/resume",
    response=StatusAnswer,
    summary="Resume a Canvas",
    **needs("canvases.launch", refuses={409: "It is not stopped."}),
)
def resume_canvas(request: HttpRequest, canvas_id: int) -> dict:
    """Goes on where it was stopped."""
    canvas = found(canvas_id)
    if not launch.resume(canvas, via=request.auth.name):
        raise Refusal(409, f"The Canvas is {canvas.status}: only a stopped one can be resumed.")
    return {"status": canvas.status}


@router.get(
    "/canvases/{int:canvas_id}/analytics",
    response=NumbersAnswer,
    summary="Read the numbers of a Canvas",
    **needs("analytics"),
)
def read_analytics(
    request: HttpRequest, canvas_id: int, range: RangeName = "", since: Day = None, until: Day = None
) -> dict:
    """The numbers of the Canvas and of each of its steps: of all time, or of a range.

    In a range each counts when it happened. `inside` and `pending` are those at its end, `inside_before` and
    `pending_before` those at its beginning: pending_before + entered = synced + pending + missing_fields + not_synced +
    withdrawn.
    """
    asked = {"range": range or (OWN if since or until else ALL), "since": since, "until": until}
    form = RangeForm(asked, timezone.now())
    if not form.is_valid():
        path, faults = next(iter(form.errors.items()))
        raise wrong_path(path, faults[0])
    return analytics.with_conversions(found(canvas_id), form.asked())


@router.get(
    "/canvases/{int:canvas_id}/steps/{str:key}/people",
    response=PeopleAnswer,
    summary="List the people of a step",
    **needs("analytics"),
)
def list_people(
    request: HttpRequest, canvas_id: int, key: str, status: Status = "", cursor: Cursor = "", limit: Limit = 100
) -> dict:
    """Who came to a step, and what became of each: sent, when, and if not, why and when it is tried again."""
    step = step_of(found(canvas_id), key)
    if status and status not in step.type.statuses:
        raise wrong_path("status", f"Known: {', '.join(step.type.statuses)}.")
    try:
        page = step.type.people(step, status, cursor, limit)
    except ValueError as error:
        raise wrong_path("cursor", str(error)) from None
    return {"people": [described(person) for person in page.people], "next": page.next or None}


def step_of(canvas: Canvas, key: str) -> StepSpec:
    step = next((step for step in analytics.steps_of(canvas) if step.key == key), None)
    if step is None:
        raise Refusal(404, "The Canvas has no step of this key.")
    if not step.type.statuses:
        raise Refusal(404, f"A {step.type.label} keeps no list of people; steps that pass people to a partner do.")
    return step


def described(person: StepPerson) -> dict[str, Any]:
    return {
        "external_id": person.external_id, "status": person.status, "cause": person.cause,
        "attempts": person.attempts, "next_attempt_at": written(person.next_attempt_at),
        "sent_at": written(person.sent_at),
    }  # fmt: skip


def written(moment: datetime | None) -> str | None:
    return stored_time(moment) if moment else None
