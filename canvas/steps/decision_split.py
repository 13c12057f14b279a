"""Decision Split: people whom the filter fits go `yes`, everybody else goes `no`."""

from collections.abc import Iterator
from datetime import datetime

from audiences import filters

from .. import describe
from ..problems import Problem
from .base import Routes, Setting, StepType, filter_faults
from .forms import SplitForm


class DecisionSplit(StepType):
    type = "decision_split"
    label = "Decision Split"
    group = "Branch"
    icon = "split"
    does = "People whom the filter fits go Yes, everybody else goes No."
    form_class = SplitForm
    template = "steps/decision_split.html"
    settings = {"filter": Setting("Filter", faults=filter_faults, words=describe.told)}

    def branches(self, settings) -> tuple[str, str]:
        return ("yes", "no")

    def summary(self, settings) -> str:
        return f"Yes: {describe.filter(settings['filter'])}" if "filter" in settings else ""

    def problems(self, step, draft) -> Iterator[Problem]:
        if "filter" not in step.settings:
            hint = "Choose a segment, or say by a filter who goes Yes."
            yield Problem("canvas.E004", "The split has no filter.", hint, step.key, "filter")
            return
        for fault in filters.check(step.settings["filter"], "filter", library=draft.library):
            yield Problem("canvas.E004", fault.message, f"Correct {fault.place}.", step.key, "filter")

    def route(self, step, cohorts, now: datetime) -> Routes:
        return Routes({"yes": filters.condition(step.settings["filter"], now, "profile__")}, "no")
