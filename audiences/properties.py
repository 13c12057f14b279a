"""Conditions on the properties of events and purchases: the `where` of a filter, and of an action that lets people in.

A property has the type of what it is compared with: other values don't fit. A purchase's price (of one piece), quantity
and currency are properties too, of one type each.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import F, FloatField, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from . import values
from .attributes import READERS, Attribute
from .expressions import all_of, any_of, nobody
from .filters import Reading, compared
from .incoming import kind_of
from .models import Purchase

MOST_WHERE = 10


@dataclass(frozen=True)
class Property(Attribute):
    """What was sent along with it."""

    def value(self, prefix: str = "") -> Combinable:
        return READERS[self.type](F("properties"), self.name)


@dataclass(frozen=True)
class Column(Attribute):
    """What every purchase has."""

    def value(self, prefix: str = "") -> Combinable:
        return Cast(F(self.name), FloatField()) if self.type == "number" else F(self.name)


OF_PURCHASES = {name: Column(name, kind) for name, kind in
                (("price", "number"), ("quantity", "number"), ("currency", "text"))}  # fmt: skip


def fitting(reading: Reading, document: dict, path: str, rows: QuerySet) -> QuerySet:
    """Those of the events, or purchases, whose properties meet every condition of `where`."""
    conditions, here = document.get("where", []), f"{path}.where"
    if not isinstance(conditions, list) or len(conditions) > MOST_WHERE:
        reading.refuse(here, f"Write a list of at most {MOST_WHERE} conditions on properties.")
        return rows
    columns = OF_PURCHASES if rows.model is Purchase else {}
    met = [read_property(reading, one, f"{here}[{at}]", columns) for at, one in enumerate(conditions)]
    return rows.filter(*met)


def read_property(reading: Reading, document: Any, path: str, columns: dict[str, Column]) -> Combinable:
    """One condition of `where`; also true or false for every event, never NULL."""
    if not isinstance(document, dict) or "property" not in document:
        return reading.refuse(path, 'Write a condition like {"property": "sku", "op": "is", "value": "A"}.')
    reading.only(document, path, "property", "op", "value")
    name = document["property"]
    if not isinstance(name, str) or not name or not values.storable(name):
        return reading.refuse(f"{path}.property", "Write the name of a property.")
    if not reading.has_room(path):
        return nobody()
    asked = [columns[name]] if name in columns else properties(name, document)
    known = [compared(reading, one, document, path) for one in asked]
    return all_of(known) if document.get("op") == "not_exists" else any_of(known)


def properties(name: str, document: dict) -> list[Property]:
    """The property in the type that the value asks for; in every type where there is no value."""
    raw = document.get("value")
    if document.get("op") in ("exists", "not_exists") and "value" not in document:
        return [Property(name, kind) for kind in ("text", "number", "boolean")]
    return [Property(name, kind_of(raw[0] if isinstance(raw, list) and raw else raw))]
