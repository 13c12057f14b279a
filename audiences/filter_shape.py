"""The shape of a filter as the form shows it: groups in groups, LEVELS deep, and what may be done to them.

The normal form is what the form gives back: the same filter, but a lone condition stands in an "all of" group, and a
double negation is gone. Everything else comes back as it was, what stands deeper than the form shows included.
"""

import re
from copy import deepcopy
from typing import Any

LEVELS = 5
KEYS = {"all": ("all",), "any": ("any",), "none": ("not", "any"), "not_all": ("not", "all")}
CONDITION = {"attribute": "", "op": "is", "value": ""}
PROPERTY = {"property": "", "op": "is", "value": ""}
NEW = {
    "condition": CONDITION,
    "all": {"all": [CONDITION]},
    "any": {"any": [CONDITION]},
}
PLACE = re.compile(r"(\w+)|\[([0-9]+)\]")


def grouped(kind: str, members: list) -> dict:
    document: Any = members
    for key in reversed(KEYS[kind]):
        document = {key: document}
    return document


def group_in(document: Any) -> tuple[str, list] | None:
    """The kind and the members of a group, or None when this is none."""
    for kind, keys in KEYS.items():
        inner = document
        for key in keys:
            inner = inner[key] if isinstance(inner, dict) and inner.keys() == {key} else None
        if isinstance(inner, list):
            return kind, inner
    return None


def peeled(document: Any) -> tuple[Any, str]:
    """The document without double negations, and the path that leads to it."""
    path, inner = "", turned(document)
    while inner is not None and (deeper := turned(inner)) is not None:
        document, path = deeper, f"{path}.not.not"
        inner = turned(document)
    return document, path


def turned(document: Any) -> Any | None:
    """What a `not` is about; None when this is no `not`."""
    return document["not"] if isinstance(document, dict) and document.keys() == {"not"} else None


def normal(document: Any) -> dict:
    document, _ = peeled(document)
    return normal_member(document, 1) if group_in(document) else {"all": [normal_member(document, 2)]}


def normal_member(document: Any, level: int) -> Any:
    document, _ = peeled(document)
    group = group_in(document) if level <= LEVELS else None
    if not group:
        return document
    kind, members = group
    return grouped(kind, [normal_member(member, level + 1) for member in members])


def edited(document: Any, action: str, at: str = "") -> dict:
    """The filter with something added at the end of the group `at` ("0.2": positions from the root), or removed.

    Actions: condition, all, any (a new group), remove; property (one more in the condition `at`), drop (the property
    `at`, its place behind its condition's). Raises LookupError or ValueError where there is no such place or action.
    """
    document = deepcopy(normal(document))
    places = [int(place) for place in at.split(".") if place]
    if action == "remove":
        members_at(document, places[:-1]).pop(places[-1])
    elif action == "property":
        properties_at(document, places).append(dict(PROPERTY))
    elif action == "drop":
        properties_at(document, places[:-1]).pop(places[-1])
    else:
        members_at(document, places).append(deepcopy(NEW[action]))
    return document


def members_in(document: dict, at: str) -> int:
    """How many members the group there has."""
    return len(members_at(document, [int(place) for place in at.split(".") if place]))


def members_at(document: Any, places: list[int]) -> list:
    for place in places:
        document = members_of(document)[place]
    return members_of(document)


def properties_at(document: Any, places: list[int]) -> list:
    """The conditions on properties within the condition there."""
    return members_at(document, places[:-1])[places[-1]].setdefault("where", [])


def members_of(document: Any) -> list:
    group = group_in(document)
    if not group:
        raise LookupError("There is no group here.")
    return group[1]


def is_blank(document: Any, path: str) -> bool:
    """Nothing was chosen or written yet at this path ("filter.all[0].value", "filter" being the document)."""
    for key, place in PLACE.findall(path)[1:]:
        try:
            document = document[key or int(place)]
        except (LookupError, TypeError):
            return False
    return document in ("", [])
