"""What publishing a draft means for a Canvas that is live, in words and choices, for whoever reviews it. Reads only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Sum

from . import retiring
from .differences import Difference, differences
from .document import Document, Draft, StepSpec
from .models import Cohort
from .steps.base import Say

PREFIX = "to-"
"""Before the key of a step that is gone: the field that says where its people go."""


@dataclass(frozen=True)
class Gone:
    """A step that the draft has no more, how many stand there now, and where they are to go."""

    step: StepSpec
    people: int
    choices: list[tuple[str, str]]
    chosen: str

    @property
    def name(self) -> str:
        return PREFIX + self.step.key


@dataclass(frozen=True)
class NextVersion:
    """`draft` against what is live; `asked` are choices that were made already."""

    draft: Draft
    say: Say
    asked: Mapping[str, str]

    @property
    def live(self) -> Document:
        return self.draft.live

    @cached_property
    def changes(self) -> list[Difference]:
        return differences(self.live.source, self.draft.document.source, self.say)

    @property
    def is_same(self) -> bool:
        return self.live.source == self.draft.document.source

    @cached_property
    def gone(self) -> list[Gone]:
        steps = retiring.gone(self.live, self.draft.document)
        inside = self.standing() if steps else {}
        return [Gone(step, inside.get(step.key, 0), self.choices, self.chosen(step)) for step in steps]

    def standing(self) -> dict[str, int]:
        """How many people stand at each step now."""
        rows = Cohort.objects.filter(canvas=self.draft.canvas, ended_at=None).values_list("step__key")
        return dict(rows.annotate(people=Sum("size")).order_by())

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        steps = [(step.key, f"They go on at {step.title}") for step in self.draft.document.steps]
        return [*steps, (retiring.LEAVE, "They leave the Canvas")]

    def chosen(self, step: StepSpec) -> str:
        asked = self.asked.get(PREFIX + step.key)
        known = asked is not None and asked in dict(self.choices)
        return asked if known else retiring.suggested(self.live, self.draft.document, step)

    @property
    def effects(self) -> list[tuple[str, str]]:
        """(what was changed, what that means for people)."""
        return [*self.of_entering(), *self.of_steps()]

    def of_entering(self) -> Iterator[tuple[str, str]]:
        if self.live.entry != self.draft.document.entry:
            yield "Entry", "What the old entry had planned doesn’t happen any more; people enter as you see it here."
        elif self.live.is_scheduled and not self.live.is_recurring:
            yield "Entry", "Nobody enters once more by publishing: the entry is the same, and runs once."
        if self.live.audience != self.draft.document.audience:
            yield "Audience", "It is asked of people when they enter: whoever is in the Canvas stays."

    def of_steps(self) -> Iterator[tuple[str, str]]:
        for step in self.draft.document.steps:
            old = self.live.by_key.get(step.key)
            words = step.type.changed(old.settings, step.settings) if old and old.type is step.type else ""
            if words:
                yield step.title, words


def onward(data: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, as `publish` wants it."""
    return {name.removeprefix(PREFIX): value for name, value in data.items() if name.startswith(PREFIX)}
