"""The editor of Action Paths: how long people wait, and what for."""

from collections.abc import Mapping
from typing import Any

from django import forms

from .. import deeds, spans, values
from . import rows
from .forms import StepForm


class Actions(rows.Rows):
    parts = {"did": rows.read_text, "event": rows.read_text}


class ActionPathsForm(StepForm):
    actions = forms.Field(label="Actions", widget=Actions)
    window = forms.IntegerField(label="People wait for at most", min_value=1)
    unit = forms.ChoiceField(label="Unit", choices=spans.UNITS[:4])

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        number, unit = spans.parts(values.duration(settings["window"])) if "window" in settings else (None, "days")
        return {"actions": settings.get("actions", []), "window": number, "unit": unit}

    @property
    def drawn(self) -> list[dict[str, Any]]:
        given = self["actions"].value() or []
        return [{"was": row.get("name", ""), **(row if self.is_bound else row | deeds.fields(row))} for row in given]

    @property
    def may_add(self) -> bool:
        return rows.may_add(self.drawn)

    kinds, event_names = deeds.KINDS, staticmethod(deeds.event_names)

    def settings(self) -> dict[str, Any]:
        given, window = self.cleaned_data["actions"] or [], self.cleaned_data.get("window")
        actions = [self.action(row) for row in given]
        chosen = {"window": spans.written(window, self.cleaned_data["unit"] or "days")} if window else {}
        return chosen | ({"actions": actions} if actions else {})

    def action(self, row: rows.Row) -> dict[str, Any]:
        asked, old = deeds.read(row), {one["name"]: one for one in self.step.settings.get("actions", [])}
        return {"name": row["name"]} | asked | deeds.conditions(asked, old.get(row["name"]))

    def renamed(self) -> Mapping[str, str]:
        return rows.renamed(self.cleaned_data["actions"] or [])
