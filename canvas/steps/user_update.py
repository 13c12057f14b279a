"""User Update: everybody who comes through gets attributes set, added to, or taken away, and goes on at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from audiences import attribute_update, attributes
from audiences.attribute_update import Update
from audiences.models import Profile

from ..models import Entry
from ..problems import Problem
from .base import Setting, StepType
from .user_update_form import UserUpdateForm

ANY: Mapping[str, str] = {}


def read_set(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('Write a JSON object, such as {"plan": "gold"}.')
    return attribute_update.read(value, {}, [], ANY) and value


def read_add(value: Any) -> Any:
    if not isinstance(value, dict):
        raise ValueError('Write a JSON object, such as {"points": 10}.')
    return attribute_update.read({}, value, [], ANY) and value


def pairs(value: Mapping, say) -> str:
    return ", ".join(f"{name} {amount}" for name, amount in value.items())


class UserUpdate(StepType):
    type = "user_update"
    label = "User Update"
    icon = "update"
    does = "Sets, adds to, or removes attributes of everybody who comes through."
    form_class = UserUpdateForm
    template = "steps/user_update.html"
    changes_people = True
    example = {"set": {"plan": "gold"}, "add": {"points": 10}, "remove": ["trial_ends"]}
    settings = {
        "set": Setting("Set", read_set, words=pairs),
        "add": Setting("Add", read_add, words=pairs),
        "remove": Setting("Remove", attribute_update.removed, words=lambda value, say: ", ".join(value)),
    }

    def summary(self, settings) -> str:
        done = [
            *(f"{name} = {shown(value)}" for name, value in settings.get("set", {}).items()),
            *(f"{name} {amount:+g}" for name, amount in settings.get("add", {}).items()),
            *(f"without {name}" for name in settings.get("remove", [])),
        ]
        return ", ".join(done)

    def problems(self, step, draft) -> Iterator[Problem]:
        if not any(step.settings.values()):
            yield Problem("canvas.E004", "Nothing is updated.", "Choose an attribute.", step.key, "rows")
            return
        try:
            update_of(step.settings, {name: one.type for name, one in draft.library.custom.items()})
        except ValueError as fault:
            yield Problem("canvas.E004", str(fault), "Change the value or the attribute.", step.key, "rows")

    def prepare(self, step, now: datetime) -> Iterator[Problem]:
        attribute_update.register(update_of(step.settings, known()), now)
        yield from ()

    def route(self, step, cohorts: QuerySet, now: datetime) -> str:
        here = Entry.objects.filter(cohort__in=cohorts).values("profile")
        attribute_update.apply(update_of(step.settings, known()), Profile.objects.filter(pk__in=here), now)
        return "next"


def update_of(settings: Mapping, types: Mapping[str, str]) -> Update:
    return attribute_update.read(settings.get("set", {}), settings.get("add", {}), settings.get("remove", []), types)


def known() -> dict[str, str]:
    """The types of custom attributes, by their names."""
    return {name: one.type for name, one in attributes.custom().items()}


def shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
