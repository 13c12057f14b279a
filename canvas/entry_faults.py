"""What is wrong with the parts of a Canvas document that say who enters: entry, re-entry and limit."""

from collections.abc import Iterator
from typing import Any

from audiences import happened
from audiences.filters import Fault

from . import values
from .reading import reading, unknown_keys
from .recurring import EVERY

EXAMPLE = '{"type": "scheduled", "at": "launch"}'
RECURRING = {"day": set(), "week": {"weekdays"}, "month": {"day"}}
LIMITS = ("lifetime", "run", "day")
MOST = 10**9
DEED = {*happened.KINDS, "where"}
"""How a document names what somebody waits for (`audiences.happened`)."""


def entry(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield Fault("entry", f"Write {EXAMPLE}.")
    elif not isinstance(value.get("type"), str) or value["type"] not in ENTRIES:
        yield Fault("entry.type", f"Write one of {', '.join(ENTRIES)}, such as {EXAMPLE}.")
    else:
        yield from ENTRIES[value["type"]](value)


def scheduled(value: dict) -> Iterator[Fault]:
    if "every" in value:
        yield from recurring(value)
        return
    yield from unknown_keys("entry", value, {"type", "at"})
    if value.get("at") != "launch":
        yield from reading("entry.at", values.instant, value.get("at"))


def recurring(value: dict) -> Iterator[Fault]:
    every = value["every"]
    if not isinstance(every, str) or every not in EVERY:
        yield Fault("entry.every", f"Write one of {', '.join(EVERY)}.")
        return
    yield from unknown_keys("entry", value, {"type", "every", "time", "until", *RECURRING[every]})
    yield from reading("entry.time", values.time_of_day, value.get("time"))
    if value.get("until") is not None:
        yield from reading("entry.until", values.instant, value["until"])
    if every == "week":
        yield from reading("entry.weekdays", weekdays, value.get("weekdays"))
    if every == "month":
        yield from reading("entry.day", day_of_month, value.get("day"))


def weekdays(value: Any) -> list[int]:
    if not isinstance(value, list) or not value:
        raise ValueError('Write a list of weekdays, such as ["monday"].')
    return [values.weekday(day) for day in value]


def day_of_month(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 31:
        raise ValueError("Write the day of the month, 1 to 31; where a month is shorter, its last day is meant.")
    return value


def action(value: dict) -> Iterator[Fault]:
    yield from unknown_keys("entry", value, {"type", *DEED, "from", "until"})
    yield from happened.faults(value, "entry", values.LONG_AGO)
    for key in ("from", "until"):
        if value.get(key) is not None:
            yield from reading(f"entry.{key}", values.instant, value[key])


def api(value: dict) -> Iterator[Fault]:
    yield from unknown_keys("entry", value, {"type"})


ENTRIES = {"scheduled": scheduled, "action": action, "api": api}


def reentry(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield Fault("reentry", 'Write {"allowed": true, "after": "P1D"}.')
        return
    if not isinstance(value.get("allowed"), bool):
        yield Fault("reentry.allowed", "Write true or false.")
    yield from unknown_keys("reentry", value, {"allowed", "after"})
    if "after" in value:
        yield from reading("reentry.after", values.duration, value["after"])


def limit(value: Any) -> Iterator[Fault]:
    if value is None:
        return
    if not isinstance(value, dict):
        yield Fault("limit", 'Write {"max": 1000, "per": "day"}.')
        return
    yield from unknown_keys("limit", value, {"max", "per"})
    most = value.get("max")
    if isinstance(most, bool) or not isinstance(most, int) or not 1 <= most <= MOST:
        yield Fault("limit.max", f"Write a whole number from 1 to {MOST:,}.")
    if not isinstance(value.get("per"), str) or value["per"] not in LIMITS:
        yield Fault("limit.per", f"Write one of {', '.join(LIMITS)}.")
