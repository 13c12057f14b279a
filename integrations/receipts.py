"""What a receipt of an erasure says of custom audiences: removed when, waiting and why, or not removed and the cure.

It is read from the removals as they stand, so that it tells the truth at any time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from audiences.erasure import Place
from audiences.models import Erasure

from . import errors, health, partner
from .models import CustomAudience, Pausable, Removal

State = Removal.State
TOO_LATE = "Deleting the custom audience in Audience Manager takes everybody out of it."


def places(receipts: Sequence[Erasure], now: datetime) -> Mapping[int, list[Place]]:
    rows = Removal.objects.filter(erasure__in=receipts).order_by("pk")
    found: dict[int, list[Place]] = defaultdict(list)
    for one in rows.select_related("audience__ad_account__connection"):
        found[one.erasure_id].append(place(one, now))
    return found


def place(one: Removal, now: datetime) -> Place:
    audience = one.audience
    label = partner.of(audience.ad_account.connection).label
    where = f"{label} · {audience.ad_account}"
    return Place(audience.name, where, **WORDS[State(one.state)](one, label, now))


def removed(one: Removal, label: str, now: datetime) -> dict[str, Any]:
    words = f"{label} has accepted it; it may take a day and more to show there."
    if one.cause == errors.AudienceGone.__name__:
        words = f"The custom audience was deleted at {label}: nobody is in it any more."
    if one.returned_at:
        words += " Meanwhile the person became known again and was sent again; that stays."
    return {"state": "Removed", "tone": "good", "words": words, "at": one.settled_at}


def returned(one: Removal, label: str, now: datetime) -> dict[str, Any]:
    words = "Before it could be done the person became known again and was sent to it again; that stays."
    cure = "Erasing the person again takes them out."
    return {"state": "Came back", "tone": "good", "words": words, "cure": cure, "at": one.settled_at}


def left(one: Removal, label: str, now: datetime) -> dict[str, Any]:
    words = f"{errors.sentence(one.cause)} {one.cause_detail}".strip()
    if one.small_since and one.cause == errors.AudienceTooSmall.__name__:
        words = f"For 30 days {label} called the custom audience too small to take anybody out of it."
    return {"state": "Not removed", "tone": "bad", "words": words, "cure": TOO_LATE, "at": one.settled_at}


def waiting(one: Removal, label: str, now: datetime) -> dict[str, Any]:
    scope = held_back(one.audience, now)
    words, cure, again = "It is sent within a moment.", "", one.next_attempt_at
    if one.cause:
        words, cure = f"{errors.sentence(one.cause)} {one.cause_detail}".strip(), errors.cure(one.cause)
    if scope:
        told = health.words(scope)
        words, cure, again = f"{told['headline']} {told['detail']}".strip(), told["cure"], scope.paused_until
    return {
        "state": "Waiting", "tone": "warn", "words": words, "cure": cure, "at": one.created_at,
        "next_try": again if again and again > now else None,
    }  # fmt: skip


def held_back(audience: CustomAudience, now: datetime) -> Pausable | None:
    """The widest scope that holds it back."""
    scopes = (audience.ad_account.connection, audience.ad_account, audience)
    return next((scope for scope in scopes if health.holds(scope, now)), None)


WORDS = {State.REMOVED: removed, State.RETURNED: returned, State.LEFT: left, State.WAITING: waiting}
