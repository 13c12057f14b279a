"""Action Paths: people wait, at most 31 days, for one of several events; whoever does one leaves by its way at once."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from audiences import happened
from audiences.filters import Fault, Library

from .. import deeds, spans, values
from ..problems import Problem
from .action_paths_form import ActionPathsForm
from .base import Routes, Setting, StepType
from .ways import EVERYONE_ELSE, MOST_WAYS, names, read_ways

LONGEST = timedelta(days=31)


def read_window(value: Any) -> timedelta:
    if (span := values.duration(value)) > LONGEST:
        raise ValueError("People wait for 31 days at most.")
    return span


def read_actions(value: Any) -> list[dict]:
    return read_ways(value, [*happened.KINDS, "where"], MOST_WAYS)


def actions_faults(value: list[dict], path: str, library: Library) -> Iterable[Fault]:
    """What an action waits for may be missing in a draft."""
    for at, action in enumerate(value):
        if action.keys() & happened.KINDS.keys():
            yield from happened.faults(action, f"{path}[{at}]", values.LONG_AGO)


def actions_words(value: list[dict], say) -> str:
    return ", ".join(f"{action['name']}: {deeds.named(action)}" for action in value)


class ActionPaths(StepType):
    type = "action_paths"
    label = "Action Paths"
    group = "Branch"
    icon = "action"
    does = "People wait here until they do one of several things, or until the time is up."
    form_class = ActionPathsForm
    template = "steps/action_paths.html"
    example = {"window": "P3D", "actions": [{"name": "Bought", "event": "order placed"}]}
    settings = {
        "window": Setting("Wait", read_window, words=lambda value, say: spans.words(values.duration(value))),
        "actions": Setting("Actions", read_actions, actions_faults, actions_words),
    }

    def branches(self, settings) -> tuple[str, ...]:
        return (*names(settings.get("actions")), EVERYONE_ELSE)

    def summary(self, settings) -> str:
        waited = names(settings.get("actions"))
        span = spans.words(values.duration(settings["window"])) if "window" in settings else ""
        return ", ".join(waited) + (f" within {span}" if waited and span else "")

    def problems(self, step, draft) -> Iterator[Problem]:
        if not step.settings.get("window"):
            hint = "Choose a time of up to 31 days."
            yield Problem("canvas.E004", "How long people wait here is not set.", hint, step.key, "window")
        if not step.settings.get("actions"):
            yield Problem("canvas.E004", "There is no action to wait for yet.", "Add one.", step.key, "actions")
        for action in step.settings.get("actions", []):
            if not happened.kind_of(action):
                message = f"What people do for {action['name']} is not set."
                yield Problem("canvas.E004", message, "Choose an event.", step.key, "actions")

    def changed(self, old: Mapping, new: Mapping) -> str:
        kept = "Whoever waits here keeps the time until which they wait"
        return "" if old == new else f"{kept}; what they do from then on leads them along the new ways."

    def due(self, step, now: datetime) -> datetime:
        return now + values.duration(step.settings["window"])

    def events(self, settings: Mapping) -> Iterator[tuple[str, Mapping]]:
        return ((action["name"], action) for action in settings["actions"])

    def route(self, step, cohorts, now: datetime) -> Routes:
        return Routes({name: Q(cohort__woken=name) for name in names(step.settings["actions"])}, EVERYONE_ELSE)
