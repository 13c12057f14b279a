"""What the product's rows and the sandbox say, row by row: the one view that the model is held against."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from canvas.models import Canvas, Cohort, Entry, EntryRun, Trigger
from integrations.models import Attempt, CustomAudience, Member
from tests.faults.model import END

FATES = {"open": "pending", "sealed": "pending", "done": "synced", "failed": "not_synced", "withdrawn": "withdrawn"}
VERDICTS = {"missing": "missing_fields", "refused": "not_synced", "withdrawn": "withdrawn"}
LOSSY = {"drop_after", "truncated_json", "received_short"}
"""Faults by which Facebook takes the people and we don't hear of it."""


@dataclass
class Seen:
    """By the ids of entries: (canvas, profile, trip), the step, the fate, its cause; whose batch is leased."""

    who: dict[int, tuple[str, int | None, int]] = field(default_factory=dict)
    place: dict[int, str] = field(default_factory=dict)
    fate: dict[int, str] = field(default_factory=dict)
    cause: dict[int, str] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    on_the_way: set[int] = field(default_factory=set)
    runs: dict[tuple[str, datetime], bool] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    """Profiles in the inbox."""


def look() -> Seen:
    seen = Seen()
    cohorts = {row.pk: row for row in Cohort.objects.select_related("step")}
    for entry in Entry.objects.select_related("canvas"):
        cohort = cohorts[entry.cohort_id]
        seen.who[entry.pk] = (entry.canvas.name, entry.profile_id, entry.trip)
        seen.place[entry.pk] = END if cohort.ended_at else cohort.step.key
    for member in Member.objects.select_related("batch"):
        assert member.entry_id not in seen.fate, "handed over twice"
        seen.fate[member.entry_id] = VERDICTS.get(member.verdict) or FATES[member.batch.state]
        seen.cause[member.entry_id] = member.batch.cause
        if member.verdict == "refused":
            seen.refused.add(member.entry_id)
        if member.batch.lease_token:
            seen.on_the_way.add(member.entry_id)
    seen.runs = {(run.canvas.name, run.planned_at): run.done for run in EntryRun.objects.select_related("canvas")}
    seen.asked = list(Trigger.objects.order_by("pk").values_list("profile", flat=True))
    return seen


def audiences() -> dict[str, CustomAudience]:
    """By the names of their Canvases."""
    rows = CustomAudience.objects.select_related("step__canvas", "ad_account__connection")
    return {row.step.canvas.name: row for row in rows.order_by("pk")}


def canvases() -> dict[str, Canvas]:
    return {row.name: row for row in Canvas.objects.select_related("live_version")}


def accepted_requests() -> Counter:
    """How many attempts of each Canvas were accepted that had somebody to send."""
    rows = Attempt.objects.filter(outcome="accepted", rows__gt=0)
    return Counter(rows.values_list("batch__audience__step__canvas__name", flat=True))


@dataclass
class Wire:
    """What reached the sandbox since it was looked at last; `arrived` by Canvas and cell, since its list is there."""

    arrived: dict[str, Counter]
    places: dict[str, str] = field(default_factory=dict)
    """The ids of the custom audiences there."""
    uploads: int = 0
    taken: Counter = field(default_factory=Counter)
    faults: Counter = field(default_factory=Counter)


def was_taken(entry: dict) -> bool:
    """Facebook put the people of this request into the list. A page of HTML that says 200 did nothing."""
    return entry["status"] == 200 and entry["code"] is None and entry["fault"] != "html_200"


def listen(sandbox, since: int) -> Wire:
    names = {row.partner_id: name for name, row in audiences().items() if row.partner_id}
    with sandbox.world.lock:
        held = {names[pk]: row.people.arrivals() for pk, row in sandbox.world.audiences.items() if pk in names}
    wire = Wire({name: Counter({orjson.loads(row)[0]: n for row, n in rows.items()}) for name, rows in held.items()})
    wire.places = {name: pk for pk, name in names.items()}
    for entry in sandbox.ledger(since):
        if entry["method"] == "POST" and entry["path"].endswith("/users") and entry["audience_id"] in names:
            wire.uploads += 1
            wire.taken[names[entry["audience_id"]]] += was_taken(entry)
        if entry["fault"]:
            wire.faults[entry["fault"]] += 1
    return wire
