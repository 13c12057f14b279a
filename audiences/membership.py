"""The segments that one person is in: every segment is looked at in one statement, nested ones taken in beforehand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import BooleanField, Case, Q, Value, When

from .filters import DEEPEST, Library, Reading
from .models import Profile, Segment

MOST = 100


class Named(NamedTuple):
    """A segment by its id and name."""

    pk: int
    name: str


class Membership(NamedTuple):
    """The segments that hold the person, those that don't, those that can't be used, and how many were left out."""

    inside: list[Named]
    outside: list[Named]
    unusable: list[Named]
    left_out: int


def of(profile: Profile, now: datetime, library: Library | None = None) -> Membership:
    """Three queries, however many segments there are; `library`: where attributes may be known from already."""
    rows = list(Segment.objects.order_by("name").values_list("pk", "name", "filter"))
    saved = {name: document for _, name, document in rows}
    looked_at = [Named(pk, name) for pk, name, _ in rows[:MOST]]
    conditions = conditions_of({one.name: saved[one.name] for one in looked_at}, saved, Reading(now, library=library))
    holds = answers(profile, conditions)
    usable = [one for one in looked_at if one.name in conditions]
    inside = [one for one in usable if holds.get(one.name)]
    outside = [one for one in usable if not holds.get(one.name)]
    unusable = [one for one in looked_at if one.name not in conditions]
    return Membership(inside, outside, unusable, len(saved) - len(looked_at))


def answers(profile: Profile, conditions: Mapping[str, Q]) -> dict[str, bool]:
    """Which of the conditions hold for her; none for somebody who is gone."""
    flags = {f"in_{at}": true_if(condition) for at, condition in enumerate(conditions.values())}
    row = Profile.objects.filter(pk=profile.pk).annotate(**flags).values_list(*flags).first() if flags else None
    return dict(zip(conditions, row, strict=True)) if row else {}


def true_if(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def conditions_of(chosen: Mapping[str, Any], saved: Mapping[str, Any], reading: Reading) -> dict[str, Q]:
    """The condition of each segment that can be used. One Reading, so that the attributes are read once."""
    found = {}
    for name, document in chosen.items():
        reading.faults, reading.conditions, reading.values = [], 0, 0
        condition = reading.read(taken_in(document, saved), "filter")
        if not reading.faults:
            found[name] = Q(condition)
    return found


def taken_in(document: Any, saved: Mapping[str, Any], depth: int = 0) -> Any:
    """The filter, with each segment that it names replaced by that segment's own filter. A circle stays refused."""
    if isinstance(document, list):
        return [taken_in(member, saved, depth) for member in document]
    if not isinstance(document, dict) or depth > DEEPEST:
        return document
    if set(document) == {"segment"} and document["segment"] in saved:
        return taken_in(saved[document["segment"]], saved, depth + 1)
    return {key: taken_in(value, saved, depth + 1) if key in ("all", "any", "not") else value
            for key, value in document.items()}  # fmt: skip
