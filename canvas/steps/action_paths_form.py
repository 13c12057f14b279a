"""The editor of Action Paths: how long people wait, and what for."""

from collections.abc import Mapping
from typing import Any

from django import forms

from audiences.models import EventName

from .. import spans, values
from . import rows
from .forms import StepForm


class Actions(rows.Rows):
    parts = {"event": rows.read_text}


class ActionPathsForm(StepForm):
    actions = forms.Field(label="Actions", widget=Actions)
    window = forms.IntegerField(label="People wait for at most", min_value=1)
    unit = forms.ChoiceField(label="Unit", choices=spans.UNITS[:4])

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        number, unit = spans.parts(values.duration(settings["window"])) if "window" in settings else (None, "days")
        return {"actions": settings.get("actions", []), "window": number, "unit": unit}

    @property
    def drawn(self) -> list[dict[str, Any]]:
        return [{"was": row.get("name", ""), "event": "", **row} for row in self["actions"].value() or []]

    @property
    def may_add(self) -> bool:
        return rows.may_add(self.drawn)

    @property
    def event_names(self) -> list[str]:
        return list(EventName.objects.order_by("name").values_list("name", flat=True)[:200])

    def settings(self) -> dict[str, Any]:
        given, window = self.cleaned_data["actions"] or [], self.cleaned_data.get("window")
        actions = [self.with_conditions(row) for row in rows.settled(given)]
        chosen = {"window": spans.written(window, self.cleaned_data["unit"] or "days")} if window else {}
        return chosen | ({"actions": actions} if actions else {})

    def with_conditions(self, row: rows.Row) -> rows.Row:
        """Conditions on the event's properties, which a program set, stay as long as the event does."""
        old = {(one["name"], one.get("event")): one for one in self.step.settings.get("actions", [])}
        kept = old.get((row["name"], row["event"]), {})
        conditions = {"where": kept["where"]} if "where" in kept else {}
        return {key: value for key, value in row.items() if value} | conditions

    def renamed(self) -> Mapping[str, str]:
        return rows.renamed(self.cleaned_data["actions"] or [])
