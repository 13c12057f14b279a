"""Calls about people: report what is known of them, read one, erase some."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Body, Router, Schema
from pydantic import ConfigDict, Field

from config.team import anything  # noqa: F401 (the converter of `external_id`)
from config.team.keys import needs
from config.team.refusals import Refusal, wrong_paths
from config.team.repeats import IdempotencyKey, once

from .. import erasure, values
from ..attributes import BUILT_IN
from ..models import Erasure, Profile
from ..track import faults_of, track

router = Router()
PERSON = {"external_id": "jane", "email": "jane@example.com", "country": "US", "plan": "gold"}
EVENT = {"external_id": "jane", "name": "viewed", "time": "2026-11-01T09:00:00Z", "properties": {"sku": "A"}}
PURCHASE = {
    "external_id": "jane", "product_id": "A", "currency": "USD", "price": 12.5, "quantity": 1,
    "time": "2026-11-01T09:05:00Z",
}  # fmt: skip


class Misfit(Schema):
    """An object that was not kept: why (`type`), and where it stood."""

    type: str
    index: int
    input_array: str


class TrackAnswer(Schema):
    message: str = "success"
    attributes_processed: int
    events_processed: int
    purchases_processed: int
    errors: list[Misfit]


class ProfileAnswer(Schema):
    """null: not known."""

    external_id: str
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    gender: str | None
    date_of_birth: str | None
    city: str | None
    state: str | None
    zip: str | None
    country: str | None
    language: str | None
    time_zone: str | None
    mobile_advertiser_id: str | None
    custom_attributes: dict[str, Any]
    created_at: str
    updated_at: str


class Erasing(Schema):
    model_config = ConfigDict(extra="forbid")
    external_ids: Annotated[list[str], Field(min_length=1, max_length=1000)]


class ReceiptNumber(Schema):
    external_id: str
    receipt: str


class PlaceAnswer(Schema):
    """Somewhere that the person was sent to, and how far taking them out of it is."""

    name: str
    state: str
    why: str
    cure: str
    since: str | None
    next_try: str | None


class ReceiptAnswer(Schema):
    """`done`: nothing is left to be tried. `places` are those outside; none where the person was never sent."""

    receipt: str
    erased_at: str
    done: bool
    places: list[PlaceAnswer]


class ErasingAnswer(Schema):
    deleted: int
    receipts: list[ReceiptNumber]


EXAMPLE = {"attributes": [PERSON], "events": [EVENT], "purchases": [PURCHASE]}


@router.post(
    "/users/track", response={201: TrackAnswer}, summary="Report people", **needs("users.track", EXAMPLE, "Tracked")
)
def track_users(
    request: HttpRequest, response: HttpResponse, sent: Body[Any], idempotency_key: IdempotencyKey = None
) -> dict:
    """Up to 1,000 objects of all kinds together. Bad ones are reported by their place, good ones are kept.

    Unknown people are made; unknown keys of people become custom attributes; null clears what was known.
    """
    if faults := faults_of(sent):
        raise wrong_paths(faults)
    return once(request, response, idempotency_key, lambda: tracked(sent))


def tracked(sent: dict) -> dict:
    found = track(sent, timezone.now())
    counts = {f"{kind}_processed": n for kind, n in found.processed.items()}
    errors = [{"type": why, "index": place, "input_array": kind} for why, place, kind in found.refused]
    return counts | {"message": "success", "errors": errors}


@router.post(
    "/users/delete", response=ErasingAnswer, summary="Erase people", **needs("users.delete", {"external_ids": ["jane"]})
)
def delete_users(request: HttpRequest, sent: Erasing) -> dict:
    """Erases up to 1,000 people; those who wait to be sent are withdrawn. Who is not known is passed over.

    They are also taken out of the custom audiences that they were sent to. The receipt of each says how far that is.
    """
    known = [who for who in sent.external_ids if values.storable(who)]
    made = erasure.erase(known, timezone.now(), via=request.auth.name)
    receipts = [{"external_id": who, "receipt": one.number} for who, one in made.items()]
    return {"deleted": len(made), "receipts": receipts}


@router.get("/users/{anything:external_id}", response=ProfileAnswer, summary="Read a person", **needs("users.read"))
def read_user(request: HttpRequest, external_id: str) -> dict:
    """What is known of one person."""
    found = Profile.objects.filter(external_id=external_id).first() if values.storable(external_id) else None
    if found is None:
        raise Refusal(404, "There is no person with this external_id.")
    return described(found)


def described(profile: Profile) -> dict:
    known = {name: getattr(profile, name) or None for name in BUILT_IN}
    birthday = profile.date_of_birth.isoformat() if profile.date_of_birth else None
    times = {name: values.stored_time(getattr(profile, name)) for name in ("created_at", "updated_at")}
    return known | times | {"date_of_birth": birthday, "custom_attributes": profile.attributes}


@router.get("/erasures/{receipt}", response=ReceiptAnswer, summary="Read a receipt", **needs("users.delete"))
def read_erasure(request: HttpRequest, receipt: str) -> dict:
    """How far an erasure is, as it stands now."""
    found = Erasure.objects.filter(number=receipt).first() if values.storable(receipt) else None
    if found is None:
        raise Refusal(404, "There is no receipt with this number.")
    places = erasure.places([found], timezone.now())[found.pk]
    return {
        "receipt": found.number, "erased_at": values.stored_time(found.at),
        "done": all(place.is_settled for place in places), "places": [told(place) for place in places],
    }  # fmt: skip


def told(place: erasure.Place) -> dict:
    times = {"since": place.at, "next_try": place.next_try}
    words = {"name": place.name, "state": place.state.lower(), "why": place.words, "cure": place.cure}
    return words | {name: time and values.stored_time(time) for name, time in times.items()}
