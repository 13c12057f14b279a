"""Changes the same attributes of many people at once, in one statement: set, added to, or taken away.

Built-in attributes and custom ones alike. A number that somebody does not have yet counts as 0 when it is added to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from . import attributes, changes, incoming, track
from .incoming import Person
from .json_change import ChangedJson
from .models import Profile


@dataclass(frozen=True)
class Update:
    """`set`: values as their types are stored. `add`: numbers. `remove`: names; a person then has none."""

    built_in: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, float] = field(default_factory=dict)


def read(set: Any, add: Any, remove: Any, types: Mapping[str, str]) -> Update:
    """ValueError, with the key and a sentence that says what to write; None takes an attribute away."""
    gone = dict.fromkeys(removed(remove))
    if twice := sorted({*set, *gone} & {*add} | {*set} & {*gone}):
        raise ValueError(f"{twice[0]}: It can be set, added to or removed, only one of these.")
    said = incoming.person({**set, **gone, "external_id": "-"})
    custom = said.custom | incoming.typed(said, dict(types)).custom
    return Update(said.built_in, custom, {name: amount(name, added, types) for name, added in add.items()})


def removed(names: Any) -> list[str]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError('Write a list of names, such as ["plan"].')
    if "external_id" in names:
        raise ValueError("external_id: Nobody can be without one.")
    return names


def amount(name: str, raw: Any, types: Mapping[str, str]) -> float:
    incoming.check_name(name)
    if name in attributes.BUILT_IN:
        raise ValueError(f"{name}: Only numbers can be added to, and it is none.")
    if types.get(name, "number") != "number":
        raise ValueError(f"{name}: Only numbers can be added to, and it is {attributes.WORDS[types[name]]}.")
    return incoming.keyed(name, incoming.number, raw)


def register(update: Update, now: datetime) -> None:
    """Makes the custom attributes that nobody had yet, so that filters may name them."""
    track.register([Person("", custom={**update.custom, **update.add})], now)


def apply(update: Update, people: QuerySet[Profile], now: datetime) -> int:
    """Returns how many people were changed. In the caller's transaction, which holds the gate of `changes` alone."""
    columns = {name: empty(name) if value is None else value for name, value in update.built_in.items()}
    changes.announce(changing(columns, people))
    if update.custom or update.add:
        columns["attributes"] = ChangedJson(F("attributes"), update.custom, update.add)
    return people.update(**columns, made_by=None, updated_at=now)


def changing(columns: Mapping[str, Any], people: QuerySet[Profile]) -> changes.Changed:
    """Whose built-in fields are about to hold something else."""
    found: changes.Changed = {}
    for name, value in columns.items():
        same = Q(**({f"{name}__isnull": True} if value is None else {name: value}))
        for pk in people.exclude(same).values_list("pk", flat=True):
            found.setdefault(pk, set()).add(name)
    return found


def empty(name: str) -> Any:
    return Profile._meta.get_field(name).get_default()
