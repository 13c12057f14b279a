"""The call that lets people into a Canvas with API-triggered entry."""

from operator import itemgetter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, Router, Schema

from audiences import incoming
from audiences.models import Profile
from config.team.keys import needs
from config.team.refusals import Refusal, wrong_path
from config.team.repeats import IdempotencyKey, once

from .. import inbox
from ..models import Canvas
from .canvases import found

router = Router()
MOST = 1000
EXAMPLE = {"recipients": [{"external_id": "jane", "properties": {"cart": 39.9}}]}
UNKNOWN = "There is no person with this external_id."
Recipient = tuple[int, str, dict]
"""Place, external_id, properties."""


class Misfit(Schema):
    """A recipient who was not taken: why (`type`), and where it stood."""

    type: str
    index: int
    input_array: str


class TriggerAnswer(Schema):
    message: str = "success"
    recipients_processed: int
    errors: list[Misfit]


@router.post(
    "/canvases/{int:canvas_id}/trigger",
    response={201: TriggerAnswer},
    summary="Let people into a Canvas",
    **needs("canvases.trigger", EXAMPLE, "Triggered", {409: "It is not active, or not API-triggered."}),
)
def trigger(
    request: HttpRequest, response: HttpResponse, canvas_id: int, sent: Body[Any],
    idempotency_key: IdempotencyKey = None,
) -> dict:  # fmt: skip
    """Asks to let them in: within a tick, whoever is in the target audience and may enter does. Who is not known is
    named by the place; the rest goes on. Of two recipients with one external_id the first counts.
    """
    return once(request, response, idempotency_key, lambda: triggered(found(canvas_id), recipients(sent)))


def triggered(canvas: Canvas, sent: list) -> dict:
    ready(canvas)
    good, errors = sift(sent)
    known = ask(canvas, good)
    errors += [misfit(UNKNOWN, place) for place, who, _ in good if who not in known]
    processed = sum(who in known for _, who, _ in good)
    return {"recipients_processed": processed, "errors": sorted(errors, key=itemgetter("index"))}


def misfit(why: str, place: int) -> dict:
    return {"type": why, "index": place, "input_array": "recipients"}


def ready(canvas: Canvas) -> Canvas:
    if canvas.status != Canvas.Status.ACTIVE:
        raise Refusal(409, f"The Canvas is {canvas.status}: people enter an active one only.")
    if canvas.live_version.document["entry"]["type"] != "api":
        raise Refusal(409, "Its entry is not API-triggered: nobody enters this Canvas by a call.")
    return canvas


def recipients(sent: Any) -> list:
    if not isinstance(sent, dict) or sent.keys() != {"recipients"} or not isinstance(sent["recipients"], list):
        raise wrong_path("recipients", 'Write {"recipients": [{"external_id": ..., "properties": {...}}]}.')
    if len(sent["recipients"]) > MOST:
        raise wrong_path("recipients", f"At most {MOST} recipients a call.")
    return sent["recipients"]


def sift(sent: list) -> tuple[list[Recipient], list[dict]]:
    """Those that can be read; the others are refused."""
    good, errors = [], []
    for place, raw in enumerate(sent):
        try:
            good.append((place, *recipient(raw)))
        except ValueError as error:
            errors.append(misfit(str(error), place))
    return good, errors


def recipient(raw: Any) -> tuple[str, dict]:
    who = incoming.external_id(raw)
    for key in raw.keys() - {"external_id", "properties"}:
        raise ValueError(f"{key[:100]}: Unknown key. Known here: external_id, properties.")
    return who, incoming.keyed("properties", incoming.properties, raw.get("properties", {}))


def ask(canvas: Canvas, good: list[Recipient]) -> set[str]:
    """Puts them into the inbox; returns who is known."""
    rows = Profile.objects.filter(external_id__in={who for _, who, _ in good})
    known = dict(rows.values_list("external_id", "pk"))
    asked = {known[who]: properties for _, who, properties in reversed(good) if who in known}
    inbox.trigger(canvas, asked, timezone.now())
    return set(known)
