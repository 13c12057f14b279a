"""The Canvas document: what export writes, import reads, a Version freezes, and the draft itself is.

`parse` refuses a document that can't be one, with every wrong path at once; whether it may launch is `launch`'s.
A draft may be incomplete, may have loops, may lead nowhere: those are Problems, not faults.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from audiences import segments
from audiences.filters import Fault, Library, WholeLibrary, printable
from audiences.models import Profile

from . import recurring, values
from .document_faults import faults_of
from .models import Canvas, Step
from .steps import registry
from .steps.base import StepType


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
    def is_retired(self) -> bool:
        """It was in an earlier version and is not in the one that is live."""
        return self.row is not None and self.row.retired and self.row.last is not None

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

    @property
    def is_scheduled(self) -> bool:
        """People enter at a time; else an event or a program lets them in."""
        return self.entry is not None and self.entry["type"] == "scheduled"

    @property
    def exit_filter(self) -> dict | None:
        """Whom it fits leaves, and doesn't enter."""
        return (self.source.get("exit") or {}).get("filter")

    @property
    def is_recurring(self) -> bool:
        return self.is_scheduled and "every" in self.entry

    def entry_time(self, now: datetime) -> datetime | None:
        """When the scheduled entry runs next, if the launch is at `now`; None where its last run has passed."""
        if self.is_recurring:
            return recurring.runs_from(self.entry, now)
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
    def live(self) -> Document | None:
        """The version that is live, whose successor this would be; None before the first launch."""
        version = self.canvas.live_version if self.canvas else None
        return read(version.document) if version else None

    @cached_property
    def has_people(self) -> bool:
        return self.people is not None and self.people.exists()


def draft_of(canvas: Canvas, now: datetime) -> Draft:
    """What there is to look at: the draft, or what is live."""
    return Draft(read(canvas.shown), now, canvas)


def live_of(canvas: Canvas, now: datetime) -> Draft:
    """What people go through; before the first launch the draft."""
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


def read_step(data: dict, row: Step | None = None) -> StepSpec:
    return StepSpec(data["key"], registry.get(data["type"]), data.get("settings", {}), data.get("next", {}), row)
