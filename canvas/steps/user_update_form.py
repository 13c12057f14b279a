"""The editor of a User Update: rows that say what to do with which attribute."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from audiences import attributes

from . import rows
from .forms import StepForm

DEEDS = (("set", "Set"), ("add", "Add to"), ("remove", "Remove"))


class Changes(rows.Rows):
    parts = {"do": rows.read_text, "value": rows.read_text}


class UserUpdateForm(StepForm):
    rows = forms.Field(label="Attributes", widget=Changes)

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        found = [
            *({"name": name, "do": "set", "value": written(value)} for name, value in settings.get("set", {}).items()),
            *({"name": name, "do": "add", "value": written(value)} for name, value in settings.get("add", {}).items()),
            *({"name": name, "do": "remove", "value": ""} for name in settings.get("remove", [])),
        ]
        return {"rows": found}

    @property
    def drawn(self) -> list[dict[str, Any]]:
        return [{"do": "set", "value": "", **row} for row in self["rows"].value() or []]

    @property
    def deeds(self) -> Sequence[tuple[str, str]]:
        return DEEDS

    @property
    def names(self) -> list[str]:
        """To choose from; any other name makes a new attribute."""
        return [*(name for name in attributes.BUILT_IN if name != "external_id"), *sorted(self.draft.library.custom)]

    def field_of(self, setting: str) -> str:
        return "rows"

    def clean(self) -> dict[str, Any]:
        names = [row["name"] for row in self.cleaned_data["rows"] or []]
        for at, row in enumerate(self.cleaned_data["rows"] or []):
            if row.get("value") and not row["name"]:
                self.add_error("rows", f"Number {at + 1} has a value, but no attribute.")
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self.add_error("rows", f"{name} stands there twice.")
        return super().clean()

    def settings(self) -> dict[str, Any]:
        given = [row for row in self.cleaned_data["rows"] or [] if row["name"]]
        types = {name: one.type for name, one in self.draft.library.custom.items()}
        found = {
            "set": {row["name"]: typed(row["value"], types.get(row["name"])) for row in given if row["do"] == "set"},
            "add": {row["name"]: rows.as_number(row["value"]) for row in given if row["do"] == "add"},
            "remove": [row["name"] for row in given if row["do"] == "remove"],
        }
        return {key: value for key, value in found.items() if value}


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def typed(text: str, kind: str | None) -> Any:
    """What was written, as its attribute's type has it. Of an attribute that is new it decides the type."""
    if kind in (None, "boolean") and text.lower() in ("true", "false"):
        return text.lower() == "true"
    return rows.as_number(text) if kind in (None, "number") and text else text
