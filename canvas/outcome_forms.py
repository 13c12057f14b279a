"""How trips end: the forms of exit criteria (in Audience) and of conversion events (in Basics)."""

from collections.abc import Mapping
from typing import Any

from django import forms

from audiences import filter_form, filters
from audiences.models import EventName

from . import spans, values
from .outcome_faults import MOST_CONVERSIONS
from .steps import rows

PREFIX = "exit-filter"


def event_names() -> list[str]:
    """To choose from; an event that nobody did yet may be written."""
    return list(EventName.objects.order_by("name").values_list("name", flat=True)[:200])


class ExitForm(forms.Form):
    """Who leaves before the end. `known` are the custom attributes, which the form that it is part of has read."""

    WAYS = (("", "Nobody"), ("event", "Who does something"), ("filter", "Whom a filter fits"))
    exit = forms.ChoiceField(label="Who leaves before the end", choices=WAYS, widget=forms.RadioSelect, required=False)
    exit_event = forms.CharField(label="What they do", max_length=100, required=False)
    event_names = staticmethod(event_names)

    def exit_initial(self, document: Mapping[str, Any]) -> dict[str, Any]:
        self.was = document.get("exit") or {}
        way = "event" if "event" in self.was else "filter" if "filter" in self.was else ""
        return {"exit": way, "exit_event": self.was.get("event", "")}

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
        if chosen.get("exit") == "event" and not chosen.get("exit_event"):
            self.add_error("exit_event", "Write the name of the event, as your programs report it.")
        return chosen

    def exit_part(self, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Conditions on the event's properties, which a program set, stay as long as the event does."""
        way, event = self.cleaned_data.get("exit"), self.cleaned_data.get("exit_event")
        if way == "filter":
            return {"filter": self.exit_filter}
        kept = {"where": before["where"]} if before and before.get("event") == event and "where" in before else {}
        return {"event": event, **kept} if way == "event" else None


class Conversions(rows.Rows):
    parts = {"event": rows.read_text, "within": rows.read_text, "unit": rows.read_text}


class ConversionsForm(forms.Form):
    """What counts as a success, with how long after entering it still does."""

    conversions = forms.Field(label="Conversion events", widget=Conversions, required=False)
    units = spans.UNITS[:4]
    event_names = staticmethod(event_names)

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
            if not (row["name"] and row["event"] and row["within"].isdecimal()):
                self.add_error("conversions", "A conversion needs a name, an event, and a whole number for its time.")
                break
        return chosen

    def conversions_part(self, before: list[dict] | None) -> list[dict] | None:
        kept = {(one["name"], one["event"]): one["where"] for one in before or [] if "where" in one}
        found = [conversion(row, kept) for row in filled(self.cleaned_data["conversions"])]
        return found or None


def filled(given: list[rows.Row] | None) -> list[rows.Row]:
    return [row for row in given or [] if row["name"] or row["event"] or row["within"]]


def conversion(row: rows.Row, kept: Mapping[tuple, list]) -> dict[str, Any]:
    where = {"where": kept[row["name"], row["event"]]} if (row["name"], row["event"]) in kept else {}
    within = spans.written(int(row["within"]), row["unit"] or "days")
    return {"name": row["name"], "event": row["event"], "within": within, **where}


def row_of(one: Mapping[str, Any]) -> rows.Row:
    number, unit = spans.parts(values.duration(one["within"]))
    return {"name": one["name"], "event": one["event"], "within": str(number), "unit": unit}
