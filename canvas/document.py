"""The Canvas document: what export writes, import reads, a Version freezes, and the draft itself is.

`parse` refuses a document that can't be one, with every wrong path at once; whether it may launch is `launch`'s.
A draft may be incomplete, may have loops, may lead nowhere: those are Problems, not faults.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from audiences import segments
from audiences.filters import Fault, FilterRefused, Library, WholeLibrary, printable
from audiences.models import Profile

from . import values
from .models import Canvas, Step
from .steps import registry
from .steps.base import StepType

KEYS = {"name", "entry", "audience", "reentry", "steps"}
LATER = {"limit": "Entry limits", "exit": "Exit criteria", "conversions": "Conversion events"}
LATER_ENTRIES = {"action": "Action-based entry", "api": "API-triggered entry"}
LATER_SCHEDULES = dict.fromkeys(("every", "time", "weekdays", "day", "until"), "Recurring entry")
EXAMPLE = '{"type": "scheduled", "at": "launch"}'
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
MOST_STEPS_READ = 1000


class DocumentRefused(ValueError):
    """The Canvas document can't be read."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{fault.path}: {fault.message}" for fault in faults))


@dataclass(frozen=True)
class StepSpec:
    """One step as the document describes it; `row` is its identity once it has one."""

    key: str
    type: StepType
    settings: Mapping[str, Any]
    next: Mapping[str, str]
    row: Step | None = None

    @property
    def branches(self) -> tuple[str, ...]:
        return tuple(self.type.branches(self.settings))

    @property
    def title(self) -> str:
        """What people call it: its type, and in short what it is set to."""
        summary = self.type.summary(self.settings)
        return f"{self.type.label}: {summary}" if summary else self.type.label


@dataclass(frozen=True)
class Document:
    """A document that was read. `source` is the JSON it came from, which is what gets stored."""

    source: dict
    name: str
    entry: Mapping[str, Any] | None
    audience: Mapping[str, Any] | None
    reentry_after: timedelta | None
    steps: tuple[StepSpec, ...]

    @cached_property
    def by_key(self) -> dict[str, StepSpec]:
        return {step.key: step for step in self.steps}

    def entry_time(self, now: datetime) -> datetime:
        """When the scheduled entry runs, if the launch is at `now`."""
        return now if self.entry["at"] == "launch" else values.instant(self.entry["at"])

    def with_rows(self, rows: Mapping[str, Step]) -> "Document":
        """The same document, each step joined to its row."""
        return replace(self, steps=tuple(replace(step, row=rows.get(step.key)) for step in self.steps))


@dataclass(frozen=True)
class Draft:
    """What a launch is checked on: the document, the Canvas it belongs to (None: not stored yet), and the time."""

    document: Document
    now: datetime
    canvas: Canvas | None = None
    memo: dict = field(default_factory=dict, compare=False)

    @cached_property
    def library(self) -> Library:
        """What filters may name, read once for all steps."""
        return WholeLibrary()

    @cached_property
    def audience_faults(self) -> list[Fault]:
        audience = self.document.audience
        return segments.check_audience(audience, library=self.library) if audience else []

    @cached_property
    def people(self) -> QuerySet[Profile] | None:
        """The target audience as of now; None while none is chosen, or it can't be used (any more)."""
        if not self.document.audience or self.audience_faults:
            return None
        return segments.people(self.document.audience, self.now, self.library)

    @cached_property
    def has_people(self) -> bool:
        return self.people is not None and self.people.exists()


def draft_of(canvas: Canvas, now: datetime) -> Draft:
    """What there is to look at: the draft, or what is live."""
    source = canvas.live_version.document if canvas.live_version else canvas.document
    return Draft(read(source), now, canvas)


def parse(data: Any) -> Document:
    """The document, or DocumentRefused with every wrong path."""
    faults = [Fault(path, message) for path, message in values.unstorable(data)] or list(faults_of(data))
    if faults:
        raise DocumentRefused([Fault(printable(fault.path), printable(fault.message)) for fault in faults])
    return read(data)


def read(data: dict) -> Document:
    """A document that was refused nothing (a stored one): read without checking again."""
    reentry = data.get("reentry") or {}
    after = values.duration(reentry.get("after", "PT0S")) if reentry.get("allowed") else None
    steps = tuple(read_step(step) for step in data.get("steps", []))
    return Document(data, data["name"], data.get("entry"), data.get("audience"), after, steps)


def read_step(data: dict) -> StepSpec:
    return StepSpec(data["key"], registry.get(data["type"]), data.get("settings", {}), data.get("next", {}))


def faults_of(data: Any) -> Iterator[Fault]:
    if not isinstance(data, dict):
        yield Fault("$", "A Canvas document is a JSON object.")
        return
    yield from unknown_keys("", data, KEYS, LATER)
    yield from name_faults(data.get("name"))
    yield from entry_faults(data.get("entry"))
    if data.get("audience") is not None:
        yield from segments.check_audience(data["audience"])
    yield from reentry_faults(data.get("reentry"))
    yield from steps_faults(data.get("steps", []))


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
    elif entry.get("type") not in ("scheduled", *LATER_ENTRIES):
        yield Fault("entry.type", f"Write {EXAMPLE}.")
    elif entry["type"] in LATER_ENTRIES:
        yield Fault("entry.type", f"{LATER_ENTRIES[entry['type']]} can't be used yet.")
    else:
        yield from unknown_keys("entry", entry, {"type", "at"}, LATER_SCHEDULES)
        if "every" not in entry and entry.get("at") != "launch":
            yield from reading("entry.at", values.instant, entry.get("at"))


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


def steps_faults(steps: Any) -> Iterator[Fault]:
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
        yield from type_faults(path, step, keys)


def key_faults(path: str, key: Any, earlier: list) -> Iterator[Fault]:
    if not isinstance(key, str) or not KEY.fullmatch(key):
        yield Fault(path, "A key is 1 to 60 letters, digits, - or _, and starts with a letter or digit.")
    elif key in earlier:
        yield Fault(path, f"The key {key} is used twice.")


def type_faults(path: str, step: dict, keys: list) -> Iterator[Fault]:
    name = step.get("type")
    if not isinstance(name, str) or name not in registry.TYPES:
        yield Fault(f"{path}.type", f"Unknown step type. Known: {', '.join(sorted(registry.TYPES))}.")
        return
    step_type, settings, links = registry.get(name), step.get("settings", {}), step.get("next", {})
    yield from settings_faults(f"{path}.settings", settings, step_type)
    if isinstance(links, dict):
        branches = step_type.branches(settings if isinstance(settings, dict) else {})
        yield from link_faults(f"{path}.next", links, branches, keys)
    else:
        yield Fault(f"{path}.next", 'Write {"next": "key"}, or {} where the journey ends.')


def settings_faults(path: str, settings: Any, step_type: StepType) -> Iterator[Fault]:
    if not isinstance(settings, dict):
        yield Fault(path, "Settings are a JSON object.")
        return
    yield from unknown_keys(path, settings, step_type.settings)
    for key, setting in step_type.settings.items():
        if key in settings:
            yield from reading(f"{path}.{key}", setting.read, settings[key])


def link_faults(path: str, links: dict, branches, keys: list) -> Iterator[Fault]:
    for branch, target in links.items():
        if branch not in branches:
            yield Fault(f"{path}.{branch}", f"There is no such branch. Branches here: {', '.join(branches)}.")
        elif target not in keys or target is None:
            yield Fault(f"{path}.{branch}", f"There is no step with the key {target!r}.")


def reading(path: str, read, value: Any) -> Iterator[Fault]:
    """What a reader has against the value; a filter's faults keep their own paths."""
    try:
        read(value)
    except FilterRefused as refusal:
        for fault in refusal.faults:
            yield Fault(f"{path}{fault.path.removeprefix('filter')}", fault.message)
    except ValueError as error:
        yield Fault(path, str(error))
