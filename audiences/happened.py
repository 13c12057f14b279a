"""What people did is told, in the transaction that stores it, to whoever waits for it. Other packages listen."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from . import properties
from .filters import Fault, Reading
from .models import Event

Listener = Callable[[Sequence[Event], datetime], None]

LISTENERS: list[Listener] = []
"""Each is told once a call of `track`, with the events that it stored, and the time. A constant number of queries."""


def listen(listener: Listener) -> None:
    if listener not in LISTENERS:
        LISTENERS.append(listener)


def announce(events: Sequence[Event], now: datetime) -> None:
    if events:
        for listener in LISTENERS:
            listener(events, now)


def where_faults(asked: dict[str, Any], path: str, now: datetime) -> list[Fault]:
    """What is wrong with the conditions on properties in `asked["where"]`."""
    reading = Reading(now)
    properties.fitting(reading, asked, path, Event.objects.all())
    return reading.faults


def fitting(events: Sequence[Event], asked: dict[str, Any], now: datetime):
    """Those of the events, as a query, that have the name `asked["event"]` and the properties of `asked["where"]`."""
    mine = Event.objects.filter(pk__in=[event.pk for event in events if event.name == asked["event"]])
    return properties.fitting(Reading(now), asked, "entry", mine)
