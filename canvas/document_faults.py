"""What is wrong with a Canvas document: every wrong path, with what to write instead.

Whether it may launch is not decided here: a draft may be incomplete, may have loops, may lead nowhere.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from audiences import behaviour, filters, happened, segments
from audiences.filters import Fault, Library, WholeLibrary

from . import values
from .steps import registry
from .steps.base import StepType

KEYS = {"name", "entry", "audience", "reentry", "steps"}
LATER = {"limit": "Entry limits", "exit": "Exit criteria", "conversions": "Conversion events"}
LATER_SCHEDULES = dict.fromkeys(("every", "time", "weekdays", "day", "until"), "Recurring entry")
EXAMPLE = '{"type": "scheduled", "at": "launch"}'
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
MOST_STEPS_READ = 1000


def faults_of(data: Any, library: Library | None = None) -> Iterator[Fault]:
    """Every wrong path of what should be a Canvas document. Two queries, however many steps and filters there are;
    none with a `library` that was read."""
    if not isinstance(data, dict):
        yield Fault("$", "A Canvas document is a JSON object.")
        return
    yield from unknown_keys("", data, KEYS, LATER)
    yield from name_faults(data.get("name"))
    yield from entry_faults(data.get("entry"))
    library = library or WholeLibrary()
    if data.get("audience") is not None:
        yield from segments.check_audience(data["audience"], library=library)
    yield from reentry_faults(data.get("reentry"))
    yield from steps_faults(data.get("steps", []), library)


def unknown_keys(path: str, data: dict, known, later: Mapping[str, str] | None = None) -> Iterator[Fault]:
    for key in data:
        here = f"{path}.{key}" if path else str(key)
        if later and key in later:
            yield Fault(here, f"{later[key]} can't be used yet.")
        elif key not in known:
            yield Fault(here, f"Unknown key. Known here: {', '.join(sorted(known))}.")


def name_faults(name: Any) -> Iterator[Fault]:
    if not isinstance(name, str) or not name.strip():
        yield Fault("name", "Give the Canvas a name.")
    elif len(name) > 100:
        yield Fault("name", "The name is too long; 100 characters at most.")


def entry_faults(entry: Any) -> Iterator[Fault]:
    if entry is None:
        return
    if not isinstance(entry, dict):
        yield Fault("entry", f"Write {EXAMPLE}.")
    elif not isinstance(entry.get("type"), str) or entry["type"] not in ENTRIES:
        yield Fault("entry.type", f"Write one of {', '.join(ENTRIES)}, such as {EXAMPLE}.")
    else:
        yield from ENTRIES[entry["type"]](entry)


def schedule_faults(entry: dict) -> Iterator[Fault]:
    yield from unknown_keys("entry", entry, {"type", "at"}, LATER_SCHEDULES)
    if "every" not in entry and entry.get("at") != "launch":
        yield from reading("entry.at", values.instant, entry.get("at"))


def action_faults(entry: dict) -> Iterator[Fault]:
    yield from unknown_keys("entry", entry, {"type", "event", "where", "from", "until"})
    yield from reading("entry.event", behaviour.event_name, entry.get("event"))
    yield from happened.where_faults(entry, "entry", datetime(2000, 1, 1, tzinfo=UTC))
    for key in ("from", "until"):
        if entry.get(key) is not None:
            yield from reading(f"entry.{key}", values.instant, entry[key])


def api_faults(entry: dict) -> Iterator[Fault]:
    yield from unknown_keys("entry", entry, {"type"})


ENTRIES = {"scheduled": schedule_faults, "action": action_faults, "api": api_faults}


def reentry_faults(reentry: Any) -> Iterator[Fault]:
    if reentry is None:
        return
    if not isinstance(reentry, dict):
        yield Fault("reentry", 'Write {"allowed": true, "after": "P1D"}.')
        return
    if not isinstance(reentry.get("allowed"), bool):
        yield Fault("reentry.allowed", "Write true or false.")
    yield from unknown_keys("reentry", reentry, {"allowed", "after"})
    if "after" in reentry:
        yield from reading("reentry.after", values.duration, reentry["after"])


def steps_faults(steps: Any, library: Library) -> Iterator[Fault]:
    if not isinstance(steps, list):
        yield Fault("steps", "Steps are a list.")
        return
    if len(steps) > MOST_STEPS_READ:
        yield Fault("steps", f"{len(steps)} steps are more than can be read; 200 can be launched.")
        return
    keys = [step["key"] if isinstance(step, dict) and isinstance(step.get("key"), str) else None for step in steps]
    for index, step in enumerate(steps):
        path = f"steps[{index}]"
        if not isinstance(step, dict):
            yield Fault(path, "A step is a JSON object.")
            continue
        yield from unknown_keys(path, step, {"key", "type", "settings", "next"})
        yield from key_faults(f"{path}.key", step.get("key"), keys[:index])
        yield from type_faults(path, step, keys, library)


def key_faults(path: str, key: Any, earlier: list) -> Iterator[Fault]:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        yield Fault(path, "A key is 1 to 60 letters, digits, - or _, and starts with a letter or digit.")
    elif key in earlier:
        yield Fault(path, f"The key {key} is used twice.")


def type_faults(path: str, step: dict, keys: list, library: Library) -> Iterator[Fault]:
    name = step.get("type")
    if not isinstance(name, str) or name not in registry.TYPES:
        yield Fault(f"{path}.type", f"Unknown step type. Known: {', '.join(sorted(registry.TYPES))}.")
        return
    step_type, settings, links = registry.get(name), step.get("settings", {}), step.get("next", {})
    yield from settings_faults(f"{path}.settings", settings, step_type, library)
    if isinstance(links, dict):
        branches = step_type.branches(settings if isinstance(settings, dict) else {})
        yield from link_faults(f"{path}.next", links, branches, keys)
    else:
        yield Fault(f"{path}.next", 'Write {"next": "key"}, or {} where the journey ends.')


def settings_faults(path: str, settings: Any, step_type: StepType, library: Library) -> Iterator[Fault]:
    if not isinstance(settings, dict):
        yield Fault(path, "Settings are a JSON object.")
        return
    yield from unknown_keys(path, settings, step_type.settings)
    for key, setting in step_type.settings.items():
        if key in settings and setting.is_filter:
            yield from filters.check(settings[key], f"{path}.{key}", library=library)
        elif key in settings:
            yield from reading(f"{path}.{key}", setting.read, settings[key])


def link_faults(path: str, links: dict, branches, keys: list) -> Iterator[Fault]:
    for branch, target in links.items():
        if branch not in branches:
            yield Fault(f"{path}.{branch}", f"There is no such branch. Branches here: {', '.join(branches)}.")
        elif target not in keys or target is None:
            yield Fault(f"{path}.{branch}", f"There is no step with the key {target!r}.")


def reading(path: str, read, value: Any) -> Iterator[Fault]:
    """What a reader has against the value."""
    try:
        read(value)
    except ValueError as error:
        yield Fault(path, str(error))
