"""What people did is told, in the transaction that stores it, to whoever waits for it. Other packages listen.

What is waited for is asked for as JSON: `{"event": name}`, or `{"purchase": product id or "any"}`, with conditions on
its properties in `where`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, FloatField, Func, JSONField, QuerySet
from django.db.models.functions import Cast, JSONObject

from . import behaviour, properties
from .filters import Fault, Reading, tried
from .models import Event, Purchase

Deed = Event | Purchase
Asked = Mapping[str, Any]
Listener = Callable[[Sequence[Deed], datetime], None]

LISTENERS: list[Listener] = []
"""Each is told once a call of `track`, with the events and purchases that it stored, and the time. A constant number of
queries."""
KINDS = {"event": (Event, behaviour.event_name), "purchase": (Purchase, behaviour.product_id)}


def listen(listener: Listener) -> None:
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def announce(deeds: Sequence[Deed], now: datetime) -> None:
    if deeds:
        for listener in LISTENERS:
            listener(deeds, now)


def kind_of(asked: Asked) -> str:
    """`event` or `purchase`; "" where it can't be told."""
    named = [kind for kind in KINDS if kind in asked]
    return named[0] if len(named) == 1 else ""


def name_of(asked: Asked) -> str:
    """By what an event is found; every purchase has the empty name."""
    return asked.get("event", "")


def names_of(deeds: Sequence[Deed]) -> set[str]:
    return {deed.name if isinstance(deed, Event) else "" for deed in deeds}


def faults(asked: Asked, path: str, now: datetime) -> list[Fault]:
    """What is wrong with what is asked for, with a path to it."""
    kind = kind_of(asked)
    if not kind:
        return [Fault(f"{path}.event", 'Write the name of an event, or "purchase" with a product id or "any" instead.')]
    reading = Reading(now)
    tried(reading, KINDS[kind][1], asked[kind], f"{path}.{kind}")
    return reading.faults + where_faults(asked, path, now)


def where_faults(asked: Asked, path: str, now: datetime) -> list[Fault]:
    """What is wrong with the conditions on properties in `asked["where"]`."""
    reading = Reading(now)
    properties.fitting(reading, asked, path, KINDS[kind_of(asked) or "event"][0].objects.all())
    return reading.faults


def fitting(deeds: Sequence[Deed], asked: Asked, now: datetime) -> QuerySet:
    """Those of the deeds that are asked for."""
    kind = kind_of(asked)
    mine = [deed.pk for deed in deeds if isinstance(deed, KINDS[kind][0]) and is_named(deed, asked[kind])]
    return properties.fitting(Reading(now), asked, "entry", KINDS[kind][0].objects.filter(pk__in=mine))


def is_named(deed: Deed, name: str) -> bool:
    return deed.name == name if isinstance(deed, Event) else name in ("any", deed.product_id)


class Joined(Func):
    """Two JSON objects in one; where both know a key, the second counts."""

    output_field = JSONField()
    function = "json_patch"

    def as_postgresql(self, compiler, connection, **context) -> tuple[str, list]:
        return self.as_sql(compiler, connection, template="(%(expressions)s)", arg_joiner=" || ", **context)


def told(asked: Asked) -> F | Joined:
    """What is known of it, as an expression: its properties, and of a purchase what was bought."""
    if kind_of(asked) == "event":
        return F("properties")
    bought = {"product_id": F("product_id"), "currency": F("currency"), "quantity": F("quantity")}
    return Joined(F("properties"), JSONObject(**bought, price=Cast("price", FloatField())))
