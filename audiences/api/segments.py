"""Calls about segments: list, make, read, change."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Router, Schema

from config.team.keys import needs
from config.team.pages import Cursor, Limit, page
from config.team.refusals import Refusal, wrong_paths

from .. import segment_edits, values
from ..filters import FilterRefused
from ..models import Segment
from ..segments import count

router = Router()
EXAMPLE = {"name": "American", "filter": {"attribute": "country", "op": "is", "value": "US"}}


class SegmentAnswer(Schema):
    id: int
    name: str
    filter: Any
    created_at: str
    updated_at: str


class CountedAnswer(SegmentAnswer):
    """`people`: how many are in it now; null when its filter can't be used any more."""

    people: int | None


class SegmentsAnswer(Schema):
    segments: list[SegmentAnswer]
    next: str | None


@router.get("/segments", response=SegmentsAnswer, summary="List the segments", **needs("segments"))
def list_segments(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> dict:
    """The oldest first. Send `next` as `cursor` until it is null."""
    found, following = page(Segment.objects.all(), cursor, limit)
    return {"segments": [described(segment) for segment in found], "next": following}


@router.post(
    "/segments",
    response={201: SegmentAnswer},
    summary="Make a segment",
    **needs("segments", EXAMPLE, "Segment", {409: "There is a segment of this name."}),
)
def create_segment(request: HttpRequest, sent: Body[Any]) -> dict:
    """Makes a segment; its name must be new. Every wrong path of the filter is named."""
    return kept(Segment(), sent, request.auth.name)


@router.get("/segments/{int:segment_id}", response=CountedAnswer, summary="Read a segment", **needs("segments"))
def read_segment(request: HttpRequest, segment_id: int) -> dict:
    """A segment, and how many people are in it now."""
    segment = found(segment_id)
    return described(segment) | {"people": people_in(segment)}


@router.put(
    "/segments/{int:segment_id}",
    response=SegmentAnswer,
    summary="Change a segment",
    **needs("segments", EXAMPLE, "Segment", {409: "The name is taken, or something else names this segment."}),
)
def replace_segment(request: HttpRequest, segment_id: int, sent: Body[Any]) -> dict:
    """Replaces name and filter. A Canvas that is running goes by the new filter from then on."""
    return kept(found(segment_id), sent, request.auth.name)


def found(segment_id: int) -> Segment:
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment is None:
        raise Refusal(404, f"There is no segment with the id {segment_id}.")
    return segment


def people_in(segment: Segment) -> int | None:
    try:
        return count({"filter": segment.filter}, timezone.now())
    except FilterRefused:
        return None


def kept(segment: Segment, sent: Any, via: str) -> dict:
    if faults := segment_edits.faults_of(sent, segment):
        raise wrong_paths(faults)
    try:
        return described(segment_edits.save(segment, sent["name"], sent["filter"], via))
    except segment_edits.NameRefused as error:
        raise Refusal(409, str(error)) from None


def described(segment: Segment) -> dict:
    times = {name: values.stored_time(getattr(segment, name)) for name in ("created_at", "updated_at")}
    return {"id": segment.pk, "name": segment.name, "filter": segment.filter} | times
