"""Experiment Paths: chance decides who goes which way, always the same for one person in one experiment.

A person's lot is the beginning of a hash of person and experiment, so it is the same on every database, stays when
she comes again, and says nothing about her lot in another experiment. Shares that are changed move the bounds between
the ways: as few people as can be change theirs.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import MD5, Cast, Concat, Substr
from django.db.models.lookups import LessThan

from .. import lift
from ..problems import Problem
from .base import Routes, Say, Setting, StepType
from .experiment_paths_form import ExperimentPathsForm
from .ways import CONTROL, MOST_WAYS, names, read_ways

LOTS = 16**8


def read_paths(value: Any) -> list[dict]:
    for way in read_ways(value, ["share"], MOST_WAYS):
        read_share(way.get("share", 0))
    return value


def read_share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise ValueError("A share is a number from 0 to 100, in percent.")
    if round(value, 2) != value:
        raise ValueError("A share has two decimals at most.")
    return value


def paths_words(value: list[dict], say: Say) -> str:
    return ", ".join(f"{way['name']} {way.get('share', 0)} %" for way in value)


def shares(settings: Mapping) -> dict[str, float]:
    """In percent, by branch, in order. The control group stands last, if there is one."""
    found = {way["name"]: way.get("share", 0) for way in settings.get("paths", [])}
    return found | ({CONTROL: settings["control"]} if settings.get("control") else {})


class ExperimentPaths(StepType):
    type = "experiment_paths"
    label = "Experiment Paths"
    group = "Branch"
    icon = "experiment"
    does = "Chance decides who goes which way, in the shares that you choose; the same for a person each time."
    form_class = ExperimentPathsForm
    template = "steps/experiment_paths.html"
    compares_ways = True
    example = {"paths": [{"name": "A", "share": 50}, {"name": "B", "share": 40}], "control": 10}
    settings = {
        "paths": Setting("Paths", read_paths, words=paths_words),
        "control": Setting("Control group", read_share, words=lambda value, say: f"{value} %"),
    }

    details_template = "steps/_experiment_lift.html"

    def details(self, step, now: datetime) -> Mapping[str, Any]:
        found = lift.of_step(step.row, self.branches(step.settings)) if step.row else []
        return {"lifts": found, "chosen_shares": list(shares(step.settings).items())}

    def branches(self, settings) -> tuple[str, ...]:
        return (*names(settings.get("paths")), *([CONTROL] if settings.get("control") else ())) or ("next",)

    def summary(self, settings) -> str:
        return ", ".join(f"{name} {share:g} %" for name, share in shares(settings).items())

    def problems(self, step, draft) -> Iterator[Problem]:
        found = shares(step.settings)
        if not step.settings.get("paths"):
            yield Problem("canvas.E004", "There is no path yet.", "Add one.", step.key, "paths")
        elif round(sum(found.values()), 2) != 100:
            message = f"The shares make {sum(found.values()):g} % together."
            yield Problem("canvas.E004", message, "Change them so that they make 100 %.", step.key, "paths")

    def route(self, step, cohorts: QuerySet, now: datetime) -> Routes:
        *first, last = bounds(shares(step.settings)).items()
        lot = lot_of(f"{step.row.canvas_id}:{step.key}")
        return Routes({name: Q(LessThan(lot, Value(bound))) for name, bound in first}, last[0])


def bounds(shares: Mapping[str, float]) -> dict[str, str]:
    """The lot below which each way goes, as eight hexadecimal digits; the last way takes the rest."""
    found, before = {}, 0.0
    for name, share in shares.items():
        before += share
        found[name] = f"{min(round(LOTS * before / 100), LOTS - 1):08x}"
    return found


def lot_of(experiment: str) -> Substr:
    """Of an entry's person: the first eight hexadecimal digits of MD5("<profile id>:<experiment>")."""
    text = Concat(Cast(F("profile_id"), CharField()), Value(f":{experiment}"))
    return Substr(MD5(text), 1, 8)
