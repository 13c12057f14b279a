"""Calls about Canvas documents: list, make, read, replace. What is live is changed as the draft of its next version.

Whoever sends the edition that was read (`If-Match`, or `edition`) can't overwrite somebody else's save.
"""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body, Header, Query, Router, Schema

from audiences.values import stored_time
from config.team.keys import needs
from config.team.pages import Cursor, Limit, page
from config.team.refusals import Refusal

from .. import saving, versions
from ..document import parse
from ..models import Canvas
from .grammar import EXAMPLE

router = Router()


class CanvasSummary(Schema):
    id: int
    name: str
    status: str
    edition: int
    version: int | None
    drafting: bool
    created_at: str
    updated_at: str


class CanvasAnswer(CanvasSummary):
    document: Any


class CanvasesAnswer(Schema):
    canvases: list[CanvasSummary]
    next: str | None


ETAG = r'^\s*(\*|(W/)?"?[0-9]{1,9}"?)\s*$'
IfMatch = Annotated[
    str | None,
    Header(None, alias="If-Match", pattern=ETAG, description='The ETag that was read, such as "3"; 412 if it passed.'),
]
Edition = Annotated[int | None, Query(None, description="The edition that was read; 409 if it passed.")]


NOT_REPLACED = {
    409: "It is archived or being launched, the name is taken, or somebody saved after the `edition` that was sent.",
    412: "Somebody saved after the ETag in `If-Match`.",
}


@router.get("/canvases", response=CanvasesAnswer, summary="List the Canvases", **needs("canvases"))
def list_canvases(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> dict:
    """The oldest first, without their documents. Send `next` as `cursor` until it is null."""
    rows = Canvas.objects.select_related("live_version").defer("document", "live_version__document")
    found, following = page(rows, cursor, limit)
    return {"canvases": [summary(canvas) for canvas in found], "next": following}


@router.post(
    "/canvases",
    response={201: CanvasAnswer},
    summary="Make a Canvas",
    **needs("canvases", EXAMPLE, "CanvasDocument", {409: "There is a Canvas of this name."}),
)
def create_canvas(request: HttpRequest, response: HttpResponse, document: Body[Any]) -> dict:
    """Makes a draft. It may be incomplete; every wrong path is named."""
    try:
        return described(saving.create(parse(document), via=request.auth.name), response)
    except saving.NameTaken as error:
        raise Refusal(409, error.faults[0].message) from None


@router.get("/canvases/{int:canvas_id}", response=CanvasAnswer, summary="Read a Canvas", **needs("canvases"))
def read_canvas(request: HttpRequest, response: HttpResponse, canvas_id: int) -> dict:
    """The Canvas and its document: of what is live the draft of the next version, if there is one (`drafting`), else
    the live `version`. Its edition is the ETag."""
    return described(found(canvas_id), response)


@router.put(
    "/canvases/{int:canvas_id}",
    response=CanvasAnswer,
    summary="Change a Canvas",
    **needs("canvases", EXAMPLE, "CanvasDocument", NOT_REPLACED),
)
def replace_canvas(
    request: HttpRequest, response: HttpResponse, canvas_id: int, document: Body[Any],
    if_match: IfMatch = None, edition: Edition = None,
) -> dict:  # fmt: skip
    """Replaces the document of a draft; of a Canvas that is live it is the draft of the next version, begun if there
    is none, and people go on as they did until that is launched. Without an edition it is replaced whoever saved it
    last."""
    canvas, matched, source = found(canvas_id), matching(if_match), parse(document).source
    read = edition if matched is None else matched
    try:
        saved = versions.save(canvas.pk, read, lambda _: source, None, "Replaced", via=request.auth.name)
    except saving.Conflict as error:
        raise Refusal(409 if matched is None else 412, f"{error} Read it again.") from None
    except saving.NameTaken as error:
        raise Refusal(409, error.faults[0].message) from None
    except saving.NotSaved as error:
        raise Refusal(409, str(error)) from None
    return described(saved, response)


def found(canvas_id: int) -> Canvas:
    canvas = Canvas.objects.select_related("live_version").filter(pk=canvas_id).first()
    if canvas is None:
        raise Refusal(404, f"There is no Canvas with the id {canvas_id}.")
    return canvas


def matching(if_match: str | None) -> int | None:
    """The edition in an If-Match header; `*` means any."""
    if if_match is None or if_match.strip() == "*":
        return None
    return int(if_match.strip().removeprefix("W/").strip('"'))


def summary(canvas: Canvas) -> dict[str, Any]:
    times = {name: stored_time(getattr(canvas, name)) for name in ("created_at", "updated_at")}
    told = {"id": canvas.pk, "name": canvas.name, "status": canvas.status, "edition": canvas.edition}
    number = canvas.live_version.number if canvas.live_version else None
    return told | {"version": number, "drafting": canvas.drafting and canvas.is_live} | times


def described(canvas: Canvas, response: HttpResponse) -> dict[str, Any]:
    response.headers["ETag"] = f'"{canvas.edition}"'
    return summary(canvas) | {"document": canvas.document}
