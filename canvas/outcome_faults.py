"""What is wrong with the parts of a Canvas document that say how trips end: exit criteria and conversion events."""

from collections.abc import Iterator
from typing import Any

from audiences import filters, happened
from audiences.filters import Fault, Library

from . import values
from .entry_faults import DEED
from .reading import reading, unknown_keys
from .steps.ways import read_names

MOST_CONVERSIONS = 4
EXAMPLE = '{"name": "Bought", "event": "order placed", "within": "P3D"}'


def exit(value: Any, library: Library) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, dict) or bool(DEED & value.keys()) == ("filter" in value):
        yield Fault("exit", 'Write {"event": "order placed"}, {"purchase": "any"}, or {"filter": {...}}.')
    elif "filter" in value:
        yield from unknown_keys("exit", value, {"filter"})
        yield from filters.check(value["filter"], "exit.filter", library=library)
    else:
        yield from unknown_keys("exit", value, DEED)
        yield from happened.faults(value, "exit", values.LONG_AGO)


def conversions(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        yield Fault("conversions", f"Write a list such as [{EXAMPLE}].")
        return
    if len(value) > MOST_CONVERSIONS:
        yield Fault("conversions", f"{len(value)} are too many; {MOST_CONVERSIONS} at most.")
    yield from reading("conversions", read_names, [one.get("name") for one in value])
    for at, one in enumerate(value):
        path = f"conversions[{at}]"
        yield from unknown_keys(path, one, {"name", *DEED, "within"})
        yield from happened.faults(one, path, values.LONG_AGO)
        yield from reading(f"{path}.within", values.duration, one.get("within"))
