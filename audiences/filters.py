"""The filter grammar: a JSON document in, one SQL condition out, or every wrong path at once.

Attribute and segment conditions are understood here; `behaviour` and other packages add theirs to CONDITIONS, from
their apps.py.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.expressions import Combinable

from . import attributes, operators, values
from .attributes import Attribute, suggestion
from .expressions import Not, all_of, any_of, nobody
from .models import Segment

DEEPEST = 12  # SQLite's parser gives up at about 20 in the worst case
MOST_CONDITIONS = 200
MOST_VALUES = 5000
NESTED = re.compile(r"\b(?:all|any)\[(\d+)\]")
EXAMPLE = '{"attribute": "country", "op": "is", "value": "US"}'


@dataclass(frozen=True)
class Fault:
    """One place in a document that can't stay as it is, and what to do about it."""

    path: str
    message: str

    @property
    def place(self) -> str:
        """For people who never see the document: condition 2 of the filter; 2.1 is the first in its second group."""
        numbers = [str(int(at) + 1) for at in NESTED.findall(self.path)]
        if not numbers:
            return "the segment" if self.path.endswith("segment") else "the filter"
        return f"condition {'.'.join(numbers)} of the filter"


class FilterRefused(ValueError):
    """The filter can't be used."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))


def check(document: Any, base: str = "filter", *, segment: str = "", library: "Library | None" = None) -> list[Fault]:
    """Every wrong path, `base` being the name of the root. `segment` is the one that the filter is to be saved in."""
    reading = Reading(datetime(2000, 1, 1, tzinfo=UTC), trail=(segment,) if segment else (), library=library)
    reading.read(document, base)
    return reading.faults


def condition(
    document: Any, now: datetime, prefix: str = "", base: str = "filter", *, library: "Library | None" = None
) -> Q:
    """One condition over profiles, or over rows that lead to one by `prefix` ("profile__"). Raises FilterRefused.

    It is true or false for everybody, never NULL: it may be negated, joined with others, and stand in a When.
    """
    return Reading(now, prefix, library=library).condition(document, base)


def printable(text: str) -> str:
    """What came may hold half a character, which no page and no answer could be made of."""
    return text.encode(errors="replace").decode()


class Library:
    """What filters may name, each looked up once: custom attributes, saved segments, and what other packages bring."""

    def __init__(self) -> None:
        self.segments: dict[str, Any] = {}

    @cached_property
    def others(self) -> dict[str, dict[str, Any]]:
        return {}

    def named(self, what: str, load: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """All things of that kind by their names, loaded when the first condition asks."""
        if what not in self.others:
            self.others[what] = load()
        return self.others[what]

    @cached_property
    def custom(self) -> dict[str, Attribute]:
        return attributes.custom()

    @cached_property
    def names(self) -> list[str]:
        return list(Segment.objects.values_list("name", flat=True))

    def segment(self, name: str) -> Any:
        """The filter of that segment, or None when there is no such segment."""
        if name not in self.segments:
            self.segments[name] = Segment.objects.filter(name=name).values_list("filter", flat=True).first()
        return self.segments[name]


class WholeLibrary(Library):
    """Every segment fetched at once, for a reader of many filters."""

    def __init__(self) -> None:
        """Nothing is read before it is asked for."""

    @cached_property
    def segments(self) -> dict[str, Any]:
        return dict(Segment.objects.values_list("name", "filter"))

    @cached_property
    def names(self) -> list[str]:
        return list(self.segments)

    def segment(self, name: str) -> Any:
        return self.segments.get(name)


class Reading:
    """One pass over a document: collects the faults and builds the condition (worthless when there are faults)."""

    def __init__(
        self, now: datetime, prefix: str = "", trail: tuple[str, ...] = (), library: Library | None = None
    ) -> None:
        self.now, self.prefix, self.trail = now, prefix, trail
        self.library = library or Library()
        self.faults: list[Fault] = []
        self.depth = self.conditions = self.values = 0

    def condition(self, document: Any, base: str) -> Q:
        found = self.read(document, base)
        if self.faults:
            raise FilterRefused(self.faults)
        return Q(found)

    def refuse(self, path: str, message: str) -> Combinable:
        self.faults.append(Fault(printable(path), printable(message)))
        return nobody()

    def read(self, document: Any, path: str) -> Combinable:
        if not isinstance(document, dict):
            return self.refuse(path, f'A filter is a JSON object, such as {{"all": []}} or {EXAMPLE}.')
        if not self.has_room(path):
            return nobody()
        kind = next((key for key in CONDITIONS if key in document), None)
        if kind is None:
            return self.refuse_kind(document, path)
        self.depth += 1
        found = CONDITIONS[kind](self, document, path)
        self.depth -= 1
        return found

    def has_room(self, path: str, more: int = 1) -> bool:
        had, self.conditions = self.conditions, self.conditions + more
        if self.depth >= DEEPEST:
            self.refuse(path, f"Groups and segments are nested too deep; {DEEPEST} levels at most.")
        elif had <= MOST_CONDITIONS < self.conditions:
            self.refuse(path, f"A filter has at most {MOST_CONDITIONS} conditions, those of its segments included.")
        return self.depth < DEEPEST and self.conditions <= MOST_CONDITIONS

    def refuse_kind(self, document: dict, path: str) -> Combinable:
        for key in document:
            self.refuse(f"{path}.{key}", f"Unknown key. A filter has one of: {', '.join(CONDITIONS)}.")
        return nobody() if document else self.refuse(path, f"Say who is meant, such as {EXAMPLE}.")

    def only(self, document: dict, path: str, *keys: str) -> None:
        """Refuses what else stands beside the keys of a condition."""
        for key in document.keys() - set(keys):
            self.refuse(f"{path}.{key}", f"Unknown key. Known here: {', '.join(keys)}.")

    @contextmanager
    def inside(self, segment: str, path: str) -> Iterator[None]:
        """Within a segment: its faults are told as one, at the place that names it."""
        before, trail, self.trail = len(self.faults), self.trail, (*self.trail, segment)
        yield
        self.trail, inner = trail, self.faults[before:]
        if inner:
            del self.faults[before:]
            self.refuse(path, f'The segment "{segment}" can\'t be used. In {inner[0].place}: {inner[0].message}')

    def one_of(self, what: str, load: Callable[[], dict[str, Any]], name: Any, path: str) -> Any | None:
        """The thing of that kind and name; refused where there is none. `what` is what people call the kind."""
        known = self.library.named(what, load)
        if not isinstance(name, str) or not name:
            self.refuse(path, f"Write the name of a {what}.")
        elif name not in known:
            self.refuse(path, f"There is no {what} called {name[: values.LONGEST_NAME]}.{suggestion(name, known)}")
        return known.get(name) if isinstance(name, str) else None

    def attribute(self, name: Any, path: str) -> Attribute | None:
        name = attributes.ALIASES.get(name, name) if isinstance(name, str) else ""
        found = attributes.BUILT_IN.get(name) or (self.library.custom.get(name) if name else None)
        if not name:
            self.refuse(path, "Write the name of an attribute.")
        elif not found:
            hint = suggestion(name, [*attributes.BUILT_IN, *self.library.custom])
            self.refuse(path, f"No profile has ever had an attribute called {name[: values.LONGEST_NAME]}.{hint}")
        return found


def read_all(reading: Reading, document: dict, path: str) -> Combinable:
    return all_of(members(reading, document, path, "all"))


def read_any(reading: Reading, document: dict, path: str) -> Combinable:
    return any_of(members(reading, document, path, "any"))


def members(reading: Reading, document: dict, path: str, key: str) -> list[Combinable]:
    reading.only(document, path, key)
    if not isinstance(document[key], list):
        return [reading.refuse(f"{path}.{key}", "Write a list of filters.")]
    return [reading.read(member, f"{path}.{key}[{at}]") for at, member in enumerate(document[key])]


def read_not(reading: Reading, document: dict, path: str) -> Combinable:
    reading.only(document, path, "not")
    return Not(reading.read(document["not"], f"{path}.not"))


def read_segment(reading: Reading, document: dict, path: str) -> Combinable:
    reading.only(document, path, "segment")
    name, here = document["segment"], f"{path}.segment"
    if not isinstance(name, str) or not name or not values.storable(name):
        return reading.refuse(here, "Write the name of a segment.")
    if name in reading.trail:
        return reading.refuse(here, f"Segments lead in a circle: {' > '.join((*reading.trail, name))}.")
    saved = reading.library.segment(name)
    if saved is None:
        hint = suggestion(name, reading.library.names)
        return reading.refuse(here, f"There is no segment called {name[: values.LONGEST_NAME]}.{hint}")
    with reading.inside(name, here):
        return reading.read(saved, "filter")


def read_attribute(reading: Reading, document: dict, path: str) -> Combinable:
    reading.only(document, path, "attribute", "op", "value")
    attribute = reading.attribute(document["attribute"], f"{path}.attribute")
    return compared(reading, attribute, document, path)


def compared(reading: Reading, attribute: Attribute | None, document: dict, path: str) -> Combinable:
    """What `op` and `value` ask of the attribute."""
    op = document.get("op")
    wrong_op = operators.op_fault(op, attribute)
    if wrong_op:
        return reading.refuse(f"{path}.op", wrong_op)
    if not operators.takes_value(op) and "value" in document:
        return reading.refuse(f"{path}.value", f"{op} takes no value; leave it out.")
    if not attribute:
        return nobody()
    before = len(reading.faults)
    value = read_value(reading, document, f"{path}.value", attribute, op)
    if len(reading.faults) > before:
        return nobody()
    return operators.compare(attribute, reading.prefix, op, value, reading.now)


def read_value(reading: Reading, document: dict, path: str, attribute: Attribute, op: str) -> Any:
    """What the op compares with; a list for is_any_of, of which each wrong member is refused."""
    if not operators.takes_value(op):
        return None
    read, raw = operators.reader(attribute, op), document.get("value")
    if op != "is_any_of":
        return tried(reading, read, raw, path)
    if not isinstance(raw, list) or not raw:
        return reading.refuse(path, "Write a list with at least one value.")
    reading.values += len(raw)
    if reading.values > MOST_VALUES:
        return reading.refuse(
            path, f"A filter has at most {MOST_VALUES} listed values; make a custom attribute instead."
        )
    if attribute.type in ("time", "date") and not reading.has_room(path, len(raw)):
        return None
    return [tried(reading, read, item, f"{path}[{at}]") for at, item in enumerate(raw)]


def tried(reading: Reading, read: Callable[[Any], Any], raw: Any, path: str) -> Any:
    try:
        return read(raw)
    except ValueError as error:
        return reading.refuse(path, str(error))


CONDITIONS: dict[str, Callable[[Reading, dict, str], Combinable]] = {
    "all": read_all,
    "any": read_any,
    "not": read_not,
    "segment": read_segment,
    "attribute": read_attribute,
}
