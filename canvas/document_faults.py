"""What is wrong with a Canvas document: every wrong path, with what to write instead.

Whether it may launch is not decided here: a draft may be incomplete, may have loops, may lead nowhere.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from audiences import segments
from audiences.filters import Fault, Library, WholeLibrary

from . import entry_faults, outcome_faults
from .reading import reading, unknown_keys
from .steps import registry
from .steps.base import Setting, StepType

KEYS = {"name", "entry", "audience", "reentry", "limit", "exit", "conversions", "steps"}
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
MOST_STEPS_READ = 1000


def faults_of(data: Any, library: Library | None = None) -> Iterator[Fault]:
    """Every wrong path of what should be a Canvas document. Two queries, however many steps and filters there are;
    none with a `library` that was read."""
    if not isinstance(data, dict):
        yield Fault("$", "A Canvas document is a JSON object.")
        return
    yield from unknown_keys("", data, KEYS)
    yield from name_faults(data.get("name"))
    yield from entry_faults.entry(data.get("entry"))
    library = library or WholeLibrary()
    if data.get("audience") is not None:
        yield from segments.check_audience(data["audience"], library=library)
    yield from entry_faults.reentry(data.get("reentry"))
    yield from entry_faults.limit(data.get("limit"))
    yield from outcome_faults.exit(data.get("exit"), library)
    yield from outcome_faults.conversions(data.get("conversions"))
    yield from steps_faults(data.get("steps", []), library)


def name_faults(name: Any) -> Iterator[Fault]:
    if not isinstance(name, str) or not name.strip():
        yield Fault("name", "Give the Canvas a name.")
    elif len(name) > 100:
        yield Fault("name", "The name is too long; 100 characters at most.")


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
        if key in settings:
            yield from setting_faults(f"{path}.{key}", setting, settings[key], library)


def setting_faults(path: str, setting: Setting, value: Any, library: Library) -> Iterable[Fault]:
    return list(reading(path, setting.read, value)) or setting.faults(value, path, library)


def link_faults(path: str, links: dict, branches, keys: list) -> Iterator[Fault]:
    for branch, target in links.items():
        if branch not in branches:
            yield Fault(f"{path}.{branch}", f"There is no such branch. Branches here: {', '.join(branches)}.")
        elif target not in keys or target is None:
            yield Fault(f"{path}.{branch}", f"There is no step with the key {target!r}.")
