"""What programs report of people, written in bulk: attributes, events, purchases, up to 1,000 objects at a time.

Good objects are kept, bad ones named by their place. Somebody whom nobody knew is made. A constant number of statements
however many people; rows are taken in the order of external_id, so that two calls can't deadlock.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models, transaction

from . import attributes, changes, happened, incoming, values
from .filters import Fault
from .incoming import Person
from .models import CustomAttribute, Event, EventName, Profile, Purchase
from .upsert import clear, forget, stored, upsert

KINDS = ("attributes", "events", "purchases")
MOST = 1000


@dataclass
class Tracked:
    """How many objects of each kind were kept, and those that were not: (sentence, place, kind)."""

    processed: dict[str, int] = field(default_factory=dict)
    refused: list[tuple[str, int, str]] = field(default_factory=list)


def faults_of(sent: Any) -> Iterable[Fault]:
    """Why nothing of it can be used."""
    if not isinstance(sent, dict) or not sent:
        return [Fault("$", f"Write a JSON object with at least one of: {', '.join(KINDS)}.")]
    unknown = [Fault(key, f"Unknown key. Known here: {', '.join(KINDS)}.") for key in sent if key not in KINDS]
    lists = [Fault(key, "Write a list of objects.") for key in KINDS if not isinstance(sent.get(key, []), list)]
    if not unknown and not lists and sum(map(len, sent.values())) > MOST:
        return [Fault("$", f"At most {MOST} objects a call, of all kinds together.")]
    return unknown + lists


@transaction.atomic
def track(sent: dict, now: datetime) -> Tracked:
    """Writes what is good. The caller has made sure that there are no `faults_of` it."""
    changes.begin()
    found = Tracked()
    said = sift(found, "attributes", sent, incoming.person)
    types = register([person for _, person in said], now)
    said = judged(found, "attributes", said, lambda person: incoming.typed(person, types))
    events = sift(found, "events", sent, lambda raw: incoming.deed(raw, incoming.EVENT))
    purchases = sift(found, "purchases", sent, lambda raw: incoming.deed(raw, incoming.PURCHASE))
    write(merged(person for _, person in said), {who for _, (who, _) in (*events, *purchases)}, now)
    happened.announce(keep({Event: events, Purchase: purchases}), now)
    found.processed = {"attributes": len(said), "events": len(events), "purchases": len(purchases)}
    found.refused.sort(key=lambda one: (KINDS.index(one[2]), one[1]))
    return found


def sift(found: Tracked, kind: str, sent: dict, read: Callable[[Any], Any]) -> list[tuple[int, Any]]:
    return judged(found, kind, list(enumerate(sent.get(kind, []))), read)


def judged(found: Tracked, kind: str, said: list[tuple[int, Any]], read: Callable[[Any], Any]) -> list[tuple[int, Any]]:
    """Those that can be read, with their places; the others are refused."""
    good = []
    for place, raw in said:
        try:
            good.append((place, read(raw)))
        except ValueError as error:
            found.refused.append((str(error), place, kind))
    return good


def register(people: list[Person], now: datetime) -> dict[str, str]:
    """The types of all custom attributes; new ones are registered with the type of the values that came."""
    known = {name: one.type for name, one in attributes.custom().items()}
    fresh: dict[str, list] = {}
    for person in people:
        for name, raw in person.custom.items():
            if name not in known and raw is not None:
                fresh.setdefault(name, []).append(raw)
    if not fresh:
        return known
    rows = [CustomAttribute(name=name, type=type_of(fresh[name]), created_at=now) for name in sorted(fresh)]
    CustomAttribute.objects.bulk_create(rows, ignore_conflicts=True)
    return {name: one.type for name, one in attributes.custom().items()}


def type_of(found: list) -> str:
    """The type of the first value; texts that are all dates or times in ISO 8601 make a time."""
    texts = [raw for raw in found if isinstance(raw, str)]
    if isinstance(found[0], str) and all(is_moment(raw) for raw in texts):
        return "time"
    return incoming.kind_of(found[0])


def is_moment(raw: str) -> bool:
    try:
        return bool(values.moments(raw))
    except ValueError:
        return False


def merged(people: Iterable[Person]) -> dict[str, Person]:
    """One for each external_id; what came later counts."""
    found: dict[str, Person] = {}
    for person in people:
        before = found.get(person.external_id)
        found[person.external_id] = before.overlaid(person) if before else person
    return found


def write(people: dict[str, Person], actors: set[str], now: datetime) -> None:
    """`actors` did something: who of them is not known is made, the others are left as they are."""
    wanted = people.keys() | actors
    columns = sorted({name for one in people.values() for name, value in one.built_in.items() if value is not None})
    gone = cleared(people)
    before = existing(wanted, sorted({*columns, *gone}))
    present = {who: attributes for who, (_, attributes, _) in before.items()}
    people = people | {who: Person(who) for who in actors - people.keys() - present.keys()}
    if not people:
        return
    custom = ["attributes"] if any(one.custom for one in people.values()) else []
    rows = [row_of(people[who], columns, custom, present.get(who, {})) for who in sorted(people)]
    changes.announce(changing(people, before))
    upsert(["external_id", *columns, *custom], rows, now)
    clear(gone)
    forget(forgotten(people))


def existing(wanted: set[str], names: list[str]) -> dict[str, tuple[int, dict, dict]]:
    """Those who are there already, locked until they are written: pk, custom attributes, and the fields `names`."""
    locked = Profile.objects.select_for_update().filter(external_id__in=sorted(wanted)).order_by("external_id")
    rows = locked.values_list("external_id", "pk", "attributes", *names)
    return {who: (pk, attributes, dict(zip(names, values, strict=True))) for who, pk, attributes, *values in rows}


def changing(people: dict[str, Person], before: dict[str, tuple[int, dict, dict]]) -> changes.Changed:
    """Whose fields are about to hold something else, or nothing any more."""
    found = {
        before[who][0]: {name for name, value in one.built_in.items() if (value or "") != (before[who][2][name] or "")}
        for who, one in people.items()
        if who in before
    }
    return {pk: names for pk, names in found.items() if names}


def row_of(person: Person, columns: list[str], custom: list[str], present: dict) -> tuple:
    """Its cells; what is not said of this person is empty, which `upsert` takes for "no information"."""
    cells = [stored(person.built_in.get(name)) for name in columns]
    known = [
        "" if cell is None and name != "date_of_birth" else cell for name, cell in zip(columns, cells, strict=True)
    ]
    news = {name: value for name, value in person.custom.items() if value is not None}
    return (person.external_id, *known, *[json.dumps(present | news) for _ in custom])


def cleared(people: dict[str, Person]) -> dict[str, list[str]]:
    """Who is to lose what, by column."""
    found: dict[str, list[str]] = {}
    for who, person in people.items():
        for name, value in person.built_in.items():
            if value is None:
                found.setdefault(name, []).append(who)
    return found


def forgotten(people: dict[str, Person]) -> dict[str, set[str]]:
    """Which custom attributes each is to lose."""
    found = {who: {name for name, value in one.custom.items() if value is None} for who, one in people.items()}
    return {who: names for who, names in found.items() if names}


def keep(deeds: dict[type[models.Model], list[tuple[int, Any]]]) -> list[happened.Deed]:
    """Stores events and purchases, by model, as they were read; returns them."""
    kept: dict[type[models.Model], list] = {}
    actors = {who for some in deeds.values() for _, (who, _) in some}
    if actors:
        pks = dict(Profile.objects.filter(external_id__in=actors).values_list("external_id", "pk"))
        for model, some in deeds.items():
            kept[model] = model.objects.bulk_create(model(profile_id=pks[who], **fields) for _, (who, fields) in some)
        name_events({event.name for event in kept[Event]})
    return [deed for some in kept.values() for deed in some]


def name_events(names: set[str]) -> None:
    """Registers the names that are new."""
    known = set(EventName.objects.filter(name__in=names).values_list("name", flat=True)) if names else names
    if names - known:
        EventName.objects.bulk_create([EventName(name=name) for name in sorted(names - known)], ignore_conflicts=True)
