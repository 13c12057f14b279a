"""Ways out of a step that a marketer names: a list of JSON objects with a name and what belongs to it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audiences.values import storable

EVERYONE_ELSE, CONTROL, EXIT, RETIRED = "everyone_else", "control", "exit", "retired"
RESERVED = {EVERYONE_ELSE, CONTROL, EXIT, RETIRED, "next", "yes", "no"}
LONGEST_NAME, MOST_WAYS = 60, 8


def read_ways(value: Any, known: Iterable[str], most: int) -> list[dict]:
    """The list, if every member has a name of its own and no key that is not `known`. ValueError in plain words."""
    if not isinstance(value, list) or not all(isinstance(way, dict) for way in value):
        raise ValueError('Write a list such as [{"name": "First"}].')
    if len(value) > most:
        raise ValueError(f"{len(value)} are too many; {most} at most.")
    for way in value:
        if unknown := way.keys() - {"name", *known}:
            raise ValueError(f"Unknown key {min(unknown)}. Known here: {', '.join(['name', *known])}.")
    read_names([way.get("name") for way in value])
    return value


def read_names(names: Sequence[Any]) -> None:
    for at, name in enumerate(names):
        if not isinstance(name, str) or not name.strip() or not storable(name):
            raise ValueError(f"Number {at + 1} has no name.")
        if len(name) > LONGEST_NAME:
            raise ValueError(f"The name of number {at + 1} is too long; {LONGEST_NAME} characters at most.")
        if name.strip().casefold() in RESERVED:
            raise ValueError(f"{name} has a meaning of its own here; choose another name.")
        if name in names[:at]:
            raise ValueError(f"The name {name} is used twice.")


def names(ways: Any) -> list[str]:
    """As far as they are there. Settings may be incomplete."""
    found = ways if isinstance(ways, list) else []
    return [way["name"] for way in found if isinstance(way, Mapping) and isinstance(way.get("name"), str)]
