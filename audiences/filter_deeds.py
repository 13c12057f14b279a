"""Conditions on what people did and bought, as form fields: how often, how much, within how long, with what properties.

The fields of the second property are `where.1.property`, `where.1.type` and so on.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from . import behaviour, filter_values, filter_words
from .behaviour import CONDITIONS, COUNTS, TOTALS
from .filter_nodes import Choice, Node
from .filter_values import KINDS, Fields, one_line
from .incoming import kind_of
from .operators import OPS
from .properties import MOST_WHERE, OF_PURCHASES

OPS_OF = {"event": COUNTS, "purchase": COUNTS, "purchase_total": TOTALS}
BLANK = {
    "event": {"event": "", "op": "exists"},
    "purchase": {"purchase": "any", "op": "exists"},
    "purchase_total": {"purchase_total": "", "op": "gte", "value": ""},
}
NAMES = {
    "event": ("Name of the event", "viewed_product"), "purchase": ("Product id, or any", "any"),
    "purchase_total": ("Currency", "USD"),
}  # fmt: skip
TYPES = {"text": "text", "number": "number", "boolean": "yes or no"}
FIRST = {"text": "", "number": 0, "boolean": True}
PROPERTY_OPS = {type: [op for op in OPS[type] if (type, op) != ("boolean", "is_any_of")] for type in TYPES}


def fields_of(document: Any) -> Fields | None:
    kind = next((key for key in CONDITIONS if isinstance(document, dict) and key in document), None)
    if kind is None or document.get("op") not in OPS_OF[kind]:
        return None
    fields = {"kind": kind, "name": str(document[kind]), "op": document["op"], "value": str(document.get("value", ""))}
    fields |= span_fields(document.get("within", ""))
    rows = document.get("where", [])
    if not isinstance(rows, list) or not all(map(is_shown, rows)):
        return None
    for at, row in enumerate(rows):
        fields |= {f"where.{at}.{name}": text for name, text in property_fields(row).items()}
    return fields


def span_fields(raw: Any) -> Fields:
    """What can't be shown as a number and a unit is shown as it was written."""
    drawn = filter_values.draw_span(raw)
    return drawn if drawn["number"] else {"number": str(raw), "unit": "D"}


def is_shown(row: Any) -> bool:
    """A condition on a property that the fields can show."""
    return isinstance(row, dict) and row.get("op") in PROPERTY_OPS[property_type(row)]


def property_type(row: dict) -> str:
    """By the op, where only one type has it; else by the value."""
    mine = [type for type, ops in PROPERTY_OPS.items() if row.get("op") in ops]
    raw = row.get("value", "")
    return mine[0] if len(mine) == 1 else kind_of(raw[0] if isinstance(raw, list) and raw else raw)


def property_fields(row: dict) -> Fields:
    type, op = property_type(row), row["op"]
    drawn = KINDS[filter_values.kind_of(type, op)].draw(row.get("value", ""))
    return {"property": str(row.get("property", "")), "type": type, "op": op, **drawn}


def read(fields: Fields, kind: str) -> dict:
    """What the fields say; where another kind was chosen meanwhile, that kind with nothing filled in."""
    if fields["kind"] != kind:
        return dict(BLANK[kind])
    op = fields.get("op", "")
    op = op if op in OPS_OF[kind] else OPS_OF[kind][0]
    document: dict[str, Any] = {kind: one_line(fields.get("name", "")), "op": op}
    if op in TOTALS or op in behaviour.COUNTED:
        document["value"] = filter_values.number(fields.get("value", ""))
    if written := one_line(fields.get("number", "")):
        document["within"] = filter_values.read_span(fields) or written
    if rows := [read_property(row) for row in property_rows(fields)]:
        document["where"] = rows
    return document


def property_rows(fields: Fields) -> Iterator[Fields]:
    at = 0
    while f"where.{at}.property" in fields and at <= MOST_WHERE:
        start = f"where.{at}."
        yield {name.removeprefix(start): text for name, text in fields.items() if name.startswith(start)}
        at += 1


def read_property(fields: Fields) -> dict:
    """Where another type or op was chosen, the value is fitted to it."""
    type, op = fields.get("type", "text"), fields.get("op", "is")
    type = type if type in TYPES else "text"
    op = op if op in PROPERTY_OPS[type] else PROPERTY_OPS[type][0]
    document = {"property": one_line(fields["property"]), "op": op}
    wanted = filter_values.kind_of(type, op)
    if wanted != "nothing":
        was = fields.get("kind", wanted)
        value = KINDS[was].read(fields) if was in KINDS else ""
        document["value"] = value if was == wanted else fitted(value, was, wanted, type)
    return document


def fitted(value: Any, was: str, wanted: str, type: str) -> Any:
    """A property's type is known by its value: one that says nothing yet is 0, or yes."""
    number = filter_values.number(value) if isinstance(value, str) else value
    value = filter_values.carried(value, was, wanted)
    if property_type({"value": value}) == type:
        return value
    first = number if type == kind_of(number) else FIRST[type]
    return [first] if wanted in filter_values.LISTED.values() else first


def property_words(row: dict) -> str:
    """One condition on a property, in words."""
    return Property("", "", 0, property_fields(row)).sentence if is_shown(row) else json.dumps(row)


@dataclass
class Property(Node):
    """One row of `where`. `kind` says in which fields its value is written."""

    fields: Fields

    @property
    def at(self) -> str:
        """The condition's place, then its own."""
        return self.name.partition(".")[2].replace(".where.", ".")

    @property
    def kind(self) -> str:
        return filter_values.kind_of(self.fields["type"], self.fields["op"])

    @property
    def is_no_number(self) -> bool:
        """One is wanted, and something else is written."""
        return self.kind == "number" and isinstance(filter_values.number(self.fields.get("value", "")), str)

    @property
    def types(self) -> list[Choice]:
        return [Choice(type, words) for type, words in TYPES.items()]

    @property
    def ops(self) -> list[Choice]:
        return [Choice(op, filter_words.op_word(op)) for op in PROPERTY_OPS[self.fields["type"]]]

    @property
    def sentence(self) -> str:
        return f"{self.said} {filter_words.value_word(self.kind, self.fields)}".strip()

    @property
    def said(self) -> str:
        return f"{self.fields['property']} {filter_words.op_word(self.fields['op'])}"


@dataclass
class Deed(Node):
    """One condition on what people did."""

    template = "audiences/_filter_deed.html"
    fields: Fields
    rows: list[Property] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    """Names to choose from."""

    def __post_init__(self) -> None:
        super().__post_init__()
        rows = enumerate(property_rows(self.fields))
        self.rows = [Property(f"{self.name}.where.{at}", self.path, self.level, row) for at, row in rows]

    @property
    def kind(self) -> str:
        return self.fields["kind"]

    @property
    def name_label(self) -> str:
        return NAMES[self.kind][0]

    @property
    def name_example(self) -> str:
        return NAMES[self.kind][1]

    @property
    def name_is_wrong(self) -> bool:
        return self.kind in self.faults

    @property
    def asks_how_many(self) -> bool:
        return self.fields["op"] not in ("exists", "not_exists")

    @property
    def properties(self) -> list[str]:
        """Names to choose from: what every purchase has."""
        return list(OF_PURCHASES) if self.kind == "purchase" else []

    @property
    def may_have_properties(self) -> bool:
        return self.kind != "purchase_total" and len(self.rows) < MOST_WHERE

    @property
    def ops(self) -> list[Choice]:
        return [Choice(op, filter_words.deed_word(self.kind, op)) for op in OPS_OF[self.kind]]

    @property
    def units(self) -> list[Choice]:
        return [Choice(unit, label) for unit, label in filter_words.UNITS.items()]

    def blame(self, rest: str, message: str) -> None:
        row = next((one for at, one in enumerate(self.rows) if rest.startswith(f".where[{at}]")), None)
        part = next((part for part in (self.kind, "op", "value", "within") if rest.startswith(f".{part}")), "")
        if part == self.kind and not self.fields["name"]:
            message = f"Write the {self.name_label.lower()}."
        if row is not None and row.is_no_number:
            part, message = "value", KINDS["number"].words
        elif row is not None:
            part = rest.rpartition(".")[2].partition("[")[0]
        if row is not None:
            row.faults.setdefault(part, []).append(message)
        self.faults.setdefault(part, []).append(message)

    @property
    def within(self) -> str:
        if not self.fields["number"]:
            return ""
        unit = filter_words.UNITS[self.fields["unit"]] if self.fields["number"].isdecimal() else ""
        return f"within the last {self.fields['number']} {unit}".strip()

    def words(self, rows: list[str]) -> str:
        name = "anything" if (self.kind, self.fields["name"]) == ("purchase", "any") else self.fields["name"]
        said = filter_words.deed_sentence(self.kind, self.fields["op"], name, self.fields["value"])
        return " ".join(part for part in (said, self.within, "where " + " and ".join(rows) if rows else "") if part)

    @property
    def sentence(self) -> str:
        return self.words([row.sentence for row in self.rows])

    @property
    def discreet(self) -> str:
        """Properties may hold personal data."""
        return self.words([f"{row.said} •••" if row.kind != "nothing" else row.said for row in self.rows])
