"""Audience Paths: up to eight ranked groups. People go the way of the first one whose filter fits them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from audiences import filters
from audiences.filters import Fault, Library

from .. import describe
from ..problems import Problem
from .audience_paths_form import AudiencePathsForm
from .base import Routes, Say, Setting, StepType, filter_faults
from .ways import EVERYONE_ELSE, MOST_WAYS, names, read_ways


def read_groups(value: Any) -> list[dict]:
    return read_ways(value, ["filter"], MOST_WAYS)


def groups_faults(value: list[dict], path: str, library: Library) -> Iterable[Fault]:
    for at, group in enumerate(value):
        if "filter" in group:
            yield from filter_faults(group["filter"], f"{path}[{at}].filter", library)


def groups_words(value: list[dict], say: Say) -> str:
    return " | ".join(
        f"{group['name']}: {describe.told(group['filter'], say) if 'filter' in group else 'no filter'}"
        for group in value
    )


class AudiencePaths(StepType):
    type = "audience_paths"
    label = "Audience Paths"
    group = "Branch"
    icon = "paths"
    does = "Up to eight ranked groups: people go the way of the first that fits them."
    form_class = AudiencePathsForm
    template = "steps/audience_paths.html"
    example = {"groups": [{"name": "Big spenders", "filter": {"attribute": "country", "op": "is", "value": "US"}}]}
    settings = {"groups": Setting("Groups", read_groups, groups_faults, groups_words)}

    def branches(self, settings) -> tuple[str, ...]:
        return (*names(settings.get("groups")), EVERYONE_ELSE)

    def summary(self, settings) -> str:
        return ", ".join(names(settings.get("groups")))

    def problems(self, step, draft) -> Iterator[Problem]:
        if not step.settings.get("groups"):
            yield Problem("canvas.E004", "There is no group yet.", "Add one.", step.key, "groups")
        for at, group in enumerate(step.settings.get("groups", [])):
            if "filter" not in group:
                hint = "Choose a segment or build a filter for it."
                yield Problem("canvas.E004", f"The group {group['name']} has no filter.", hint, step.key, "groups")
                continue
            for fault in filters.check(group["filter"], f"groups[{at}].filter", library=draft.library):
                hint = f"Correct the group {group['name']}: {fault.place}."
                yield Problem("canvas.E004", fault.message, hint, step.key, "groups")

    def route(self, step, cohorts, now: datetime) -> Routes:
        groups = step.settings["groups"]
        ways = {group["name"]: filters.condition(group["filter"], now, "profile__") for group in groups}
        return Routes(ways, EVERYONE_ELSE)
