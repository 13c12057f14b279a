"""The contract of a step type. The engine knows this page and nothing of any type.

A type works on the database only, inside the engine's transaction, on batches of people, and must be idempotent:
a transaction that was rolled back is done again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from audiences import filters
from audiences.filters import Fault, Library
from audiences.people import Sought

from ..problems import Problem
from ..ranges import Range
from ..series import Hours
from .forms import StepForm
from .people import Leaving, Page

if TYPE_CHECKING:
    from ..document import Draft, StepSpec


Say = Callable[[Any], list[str]]
"""Tells the conditions of a filter to somebody, as far as they may see them."""


@dataclass(frozen=True)
class Routes:
    """Where people part: the first branch whose condition (over Entry) holds, else `otherwise`."""

    conditions: Mapping[str, Q]
    otherwise: str


@dataclass(frozen=True)
class Setting:
    """One key of a step's `settings`: `read` takes the document's value and raises ValueError in plain words.

    `faults` looks into what could be read, for filters: (value, path, library) to every wrong path. `words` says what
    was set: (value, say), since what the conditions of a filter are depends on who reads them.
    """

    label: str
    read: Callable[[Any], Any] = field(default=lambda value: value)
    faults: Callable[[Any, str, Library], Iterable[Fault]] = field(default=lambda value, path, library: ())
    words: Callable[[Any, Say], str] = field(default=lambda value, say: str(value))


@dataclass(frozen=True)
class Dues:
    """When people who come together go on, where that is not the same time for all: the first one whose condition
    (over Entry) holds, else `otherwise`."""

    conditions: Mapping[datetime, Q]
    otherwise: datetime


def filter_faults(value: Any, path: str, library: Library) -> Iterable[Fault]:
    """For a setting that is a filter."""
    return filters.check(value, path, library=library)


@dataclass(frozen=True)
class Fact:
    """One line of a card: what is set, or what is still missing."""

    label: str
    text: str
    missing: bool = False


class StepType:
    """Declares what a step of this type is called, which settings it has, and what it does with the people in it.

    `form_class` and `template` are its editor: form fields have the names of the settings they make. `does` is one
    sentence for whoever chooses a type, and `group` is where it stands among the others: one of registry.GROUPS.
    `edit_label` is on the button that opens the editor; `height` is the card's.
    """

    type: str
    label: str
    group: str = "Remember"
    icon: str = "canvas"
    does: str = ""
    edit_label: str = "Edit"
    height: int = 92
    form_class: type[StepForm] = StepForm
    template: str = "steps/plain.html"
    beside: str = ""
    """A template for what stands beside the form in the editor, with forms of its own."""
    settings: Mapping[str, Setting] = {}
    example: Mapping[str, Any] = {}
    """Settings as a document may have them, for the API's documentation."""
    statuses: Sequence[str] = ()
    """What became of one person here, for types that list people: the keys of `numbers` and `rest`."""
    details_template: str = ""
    changes_people: bool = False
    """`route` writes to profiles: no other change of people may be under way then."""
    compares_ways: bool = False
    """What its ways are worth is told: conversions are summed up by the way that each person had taken."""
    only_leads_on: bool = False
    """`route` writes nothing and locks nobody: several such steps may be left in one transaction."""
    rest: str = ""
    """What analytics calls the people who entered and are in none of `numbers`."""

    @property
    def heading(self) -> str:
        """Over the editor."""
        return self.label if self.edit_label == "Edit" else self.edit_label

    def branches(self, settings: Mapping) -> Sequence[str]:
        """The ways out, in order. Settings may be incomplete."""
        return ("next",)

    def summary(self, settings: Mapping) -> str:
        """The settings in a few words, for the card; "" while there is nothing to say. Settings may be incomplete."""
        return ""

    def fill_in(self, settings: Mapping, draft: "Draft") -> Mapping:
        """Settings of a new step, with what can only be one thing. Reads the database only."""
        return settings

    def copied(self, settings: Mapping, mark: str) -> Mapping:
        """Settings of a copy. What two steps should not share is told apart by the mark, such as " (copy 2)"."""
        return settings

    def facts(self, step: "StepSpec", draft: "Draft") -> Sequence[Fact]:
        """More lines for a high card. Queries go through the draft's memo: constant in steps."""
        return ()

    def makes(self, step: "StepSpec", draft: "Draft") -> str:
        """What a launch makes outside for this step, in one sentence, or ""."""
        return ""

    def reach(self, steps: "Sequence[StepSpec]", people: QuerySet) -> Sequence[tuple[str, int]]:
        """How many of these people the steps can do something for: words and numbers.

        A constant number of queries.
        """
        return ()

    def problems(self, step: "StepSpec", draft: "Draft") -> Iterator[Problem]:
        """What stops a launch. Reads the database only, never the network; never raises for a marketer's mistake."""
        yield from ()

    def refresh(self, steps: "Sequence[StepSpec]", now: datetime) -> None:
        """Renews what `problems` reads, where that is a snapshot of another system. Within 10 seconds; never raises."""

    def prepare(self, step: "StepSpec", now: datetime) -> Iterator[Problem]:
        """At launch, outside a transaction, idempotent: makes what the step needs. A Problem stops the launch."""
        yield from ()

    def go_live(self, step: "StepSpec", now: datetime) -> None:
        """In the transaction that makes a version with this step the live one: what `prepare` must not do before."""

    def changed(self, old: Mapping, new: Mapping) -> str:
        """What other settings in a new version mean for the people of the step, in a sentence for whoever publishes
        it, or ""."""
        return ""

    def due(self, step: "StepSpec", now: datetime) -> datetime | Dues:
        """When people who arrive at `now` go on."""
        return now

    def events(self, settings: Mapping) -> Iterable[tuple[str, Mapping]]:
        """What wakes people who wait here: the branch by which they leave, and the event as a document asks for it."""
        return ()

    def route(self, step: "StepSpec", cohorts: QuerySet, now: datetime) -> str | Routes:
        """Where the due `cohorts` go: one branch for everybody, or Routes. May write; they are locked."""
        return "next"

    def numbers(self, steps: Sequence[int], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
        """What became of people, by the ids of Step rows, of any Canvases: disjoint counts of those who are done, for
        each part of time that `cuts` make, one more than there are of them. Each counts when it was done. Who left the
        step before it did anything is added to `withdrawn`, if there is one.

        A constant number of queries.
        """
        return {}

    def by_hour(self, step: "StepSpec", asked: Range) -> Hours:
        """What became of people in the range, hour by hour, under the names of `numbers`. One query."""
        return ()

    def people(
        self, step: "StepSpec", status: str, after: str, limit: int, only: Sought | None = None, cause: str = ""
    ) -> Page:
        """The people who came here, of one of `statuses` or ("") of any. `after` is the last page's `next`.

        `only`: the people who are looked for; `cause`: those whom it keeps out. A constant number of
        queries. ValueError when `after` is no such cursor.
        """
        return Page((), "")

    def cause_words(self, cause: str) -> str:
        """What `people` is asked for as a cause, as a sentence."""
        return cause

    def leaving(self, steps: "Sequence[StepSpec]") -> Sequence[Leaving]:
        """Those of the steps, all of this type, from which somebody is still on the way. Constant queries."""
        return ()

    def details(self, step: "StepSpec", now: datetime) -> Mapping[str, Any]:
        """What `details_template` shows under the numbers of this step. A constant number of queries.

        `moving`: the numbers are about to change by themselves, so the page should look again soon.
        """
        return {}
