"""Parts of a Canvas document in a few plain words, for cards and lists. Works on what is incomplete, too."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from . import deeds, spans, values

LOGIC = ("all", "any")


def moment(when: datetime) -> str:
    """In the reader's time zone."""
    return date_format(timezone.localtime(when), "j M Y, H:i")


def entry(entry: Mapping[str, Any] | None) -> str:
    if not entry:
        return "No start yet"
    if entry["type"] != "scheduled":
        return f"When they {deeds.done(entry)}" if entry["type"] == "action" else "When a program says so"
    if "every" in entry:
        return recurrence(entry)
    return "At launch" if entry.get("at") == "launch" else moment_of(entry)


def recurrence(entry: Mapping[str, Any]) -> str:
    """Every Monday and Friday, 09:00."""
    days = [day.title() for day in entry.get("weekdays", [])]
    on = {"week": f"Every {' and '.join(days)}", "month": f"On day {entry.get('day')} of each month"}
    until = f", until {moment(values.instant(entry['until']))}" if entry.get("until") else ""
    return f"{on.get(entry['every'], 'Every day')}, {entry['time']}{until}"


def entering(entry: Mapping[str, Any] | None) -> str:
    """The same as a sentence, without its full stop."""
    if not entry:
        return "When do people enter?"
    if entry["type"] != "scheduled":
        how = f"when they {deeds.done(entry)}" if entry["type"] == "action" else "when a program says so"
        return f"People enter {how}, from the launch on"
    if "every" in entry:
        rhythm = recurrence(entry)
        return f"People enter {rhythm[0].lower()}{rhythm[1:]}"
    return "People enter when you launch" if entry.get("at") == "launch" else f"People enter on {moment_of(entry)}"


def moment_of(entry: Mapping[str, Any]) -> str:
    return moment(values.instant(entry["at"]))


def reentry(reentry: Mapping[str, Any] | None) -> str:
    if not reentry or not reentry.get("allowed"):
        return "Everybody once"
    span = values.duration(reentry.get("after", "PT0S"))
    return f"Again after {spans.words(span)}" if span else "Again as often as they fit"


def limit(limit: Mapping[str, Any] | None) -> str:
    if not limit:
        return "No limit"
    per = {"lifetime": "in all", "day": "a day", "run": "each time"}[limit["per"]]
    return f"At most {limit['max']:,} {per}"


def conversions(conversions: list[Mapping[str, Any]] | None) -> str:
    told = [
        f"{one['name']}: {deeds.named(one)} within {spans.words(values.duration(one['within']))}"
        for one in conversions or []
    ]
    return ", ".join(told) or "None"


def leaving(out: Mapping[str, Any] | None, say: Callable[[Any], list[str]]) -> str:
    """Who leaves before the end."""
    if not out:
        return "Nobody"
    return told(out["filter"], say) if "filter" in out else f"Who {deeds.done(out, 'does')}"


def audience(audience: Mapping[str, Any] | None) -> str:
    if not audience:
        return "Nobody yet"
    return audience.get("segment") or filter(audience.get("filter"))


def filter(document: Any) -> str:
    if not isinstance(document, dict):
        return "Unreadable filter"
    if isinstance(document.get("segment"), str):
        return document["segment"]
    count = conditions(document)
    return "Everybody" if document == {"all": []} else f"{count} condition{'s' * (count != 1)}"


def told(filter: Any, say: Callable[[Any], list[str]]) -> str:
    """Its conditions, as far as the reader may see them."""
    return "; ".join(say(filter)) or "Everybody"


def conditions(document: Any) -> int:
    """How many conditions a filter has, however nested."""
    if not isinstance(document, dict):
        return 0
    inside = [member for key in LOGIC if isinstance(document.get(key), list) for member in document[key]]
    inside += [document["not"]] if "not" in document else []
    return sum(map(conditions, inside)) if inside or document.keys() & {*LOGIC, "not"} else 1
