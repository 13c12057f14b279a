"""How trips end: the forms of exit criteria (in Audience) and of conversion events (in Basics)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from audiences import filter_form, filters, happened

from . import deeds, spans, values
from .outcome_faults import MOST_CONVERSIONS
from .steps import rows

PREFIX = "exit-filter"


class ExitForm(forms.Form):
    """Who leaves before the end. `known` are the custom attributes, which the form that it is part of has read."""

    WAYS = (("", "Nobody"), ("event", "Who does something"), ("filter", "Whom a filter fits"))
    exit = forms.ChoiceField(label="Who leaves before the end", choices=WAYS, widget=forms.RadioSelect, required=False)
    exit_did = forms.ChoiceField(label="What they do", choices=deeds.KINDS, required=False)
    exit_event = forms.CharField(label=deeds.LABEL, help_text=deeds.HINT, max_length=100, required=False)
    event_names = staticmethod(deeds.event_names)

    def exit_initial(self, document: Mapping[str, Any]) -> dict[str, Any]:
        self.was = document.get("exit") or {}
        way = "event" if happened.kind_of(self.was) else "filter" if "filter" in self.was else ""
        return {"exit": way} | {f"exit_{name}": value for name, value in deeds.fields(self.was).items()}

    @property
    def exit_filter(self) -> Any:
        return filter_form.read(self.data, PREFIX) if self.is_bound else self.was.get("filter", {"all": []})

    @property
    def exit_editor(self) -> filter_form.Editor:
        chosen = self["exit"].value() == "filter"
        faults = filters.check(self.exit_filter, PREFIX) if self.is_bound and chosen else ()
        return filter_form.editor(self.exit_filter, PREFIX, faults, base=PREFIX, known=self.known)

    def clean(self) -> dict[str, Any]:
        chosen = super().clean()
        if chosen.get("exit") == "event" and not self.exit_deed:
            self.add_error("exit_event", deeds.NO_NAME)
        return chosen

    @property
    def exit_deed(self) -> dict[str, str]:
        return deeds.read({name: self.cleaned_data.get(f"exit_{name}") for name in ("did", "event")})

    def exit_part(self, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
        way = self.cleaned_data.get("exit")
        if way == "filter":
            return {"filter": self.exit_filter}
        return self.exit_deed | deeds.conditions(self.exit_deed, before) if way == "event" else None


class Conversions(rows.Rows):
    parts = {"did": rows.read_text, "event": rows.read_text, "within": rows.read_text, "unit": rows.read_text}


class ConversionsForm(forms.Form):
    """What counts as a success, with how long after entering it still does."""

    conversions = forms.Field(label="Conversion events", widget=Conversions, required=False)
    units, kinds, event_names = spans.UNITS[:4], deeds.KINDS, staticmethod(deeds.event_names)

    def conversions_initial(self, document: Mapping[str, Any]) -> dict[str, Any]:
        return {"conversions": [row_of(one) for one in document.get("conversions") or []]}

    @property
    def drawn(self) -> list[dict[str, Any]]:
        """As many rows as there may be; what is empty is none."""
        given = self["conversions"].value() or []
        return [*given, *({"unit": "days"} for _ in range(MOST_CONVERSIONS - len(given)))]

    def clean(self) -> dict[str, Any]:
        chosen = super().clean()
        for row in filled(chosen["conversions"]):
            if not (row["name"] and deeds.read(row) and row["within"].isdecimal()):
                self.add_error(
                    "conversions", "A conversion needs a name, what people do, and a whole number for its time."
                )
                break
        return chosen

    def conversions_part(self, before: list[dict] | None) -> list[dict] | None:
        known = {one["name"]: one for one in before or []}
        found = [conversion(row, known.get(row["name"])) for row in filled(self.cleaned_data["conversions"])]
        return found or None


def filled(given: list[rows.Row] | None) -> list[rows.Row]:
    return [row for row in given or [] if row["name"] or row["event"] or row["within"]]


def conversion(row: rows.Row, before: Mapping[str, Any] | None) -> dict[str, Any]:
    asked, within = deeds.read(row), spans.written(int(row["within"]), row["unit"] or "days")
    return {"name": row["name"], **asked, "within": within, **deeds.conditions(asked, before)}


def row_of(one: Mapping[str, Any]) -> rows.Row:
    number, unit = spans.parts(values.duration(one["within"]))
    return {"name": one["name"], **deeds.fields(one), "within": str(number), "unit": unit}
