"""The forms of Basics, Entry and Audience: parts of the document and back."""

from collections.abc import Mapping
from typing import Any

from django import forms

from . import spans, values
from .choosing import PeopleForm
from .steps.forms import Moment


class NameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=100, help_text="Only your team sees it.")


class EntryForm(forms.Form):
    """When people enter, and whether they may come again. What is missing is a launch Problem."""

    WAYS = (("launch", "At launch"), ("time", "At a date and time"))
    AGAIN = (("no", "No, everybody once"), ("yes", "Yes, when they have left, after a while"))
    at = forms.ChoiceField(label="When people enter", choices=WAYS, widget=forms.RadioSelect)
    time = Moment(label="Date and time", required=False)
    again = forms.ChoiceField(label="May people enter again?", choices=AGAIN, widget=forms.RadioSelect)
    span = forms.IntegerField(label="After", min_value=0, max_value=3660, required=False)
    unit = forms.ChoiceField(label="Unit", choices=spans.UNITS[:4], required=False)

    @classmethod
    def initial_from(cls, document: Mapping[str, Any]) -> dict[str, Any]:
        entry, reentry = document.get("entry") or {}, document.get("reentry") or {}
        at = entry.get("at")
        start = {"at": "launch" if at == "launch" else "time" if at else "", "again": "no", "unit": "days"}
        if at and at != "launch":
            start["time"] = values.instant(at)
        if reentry.get("allowed"):
            number, unit = spans.parts(values.duration(reentry.get("after", "PT0S")))
            start |= {"again": "yes", "span": number or None, "unit": unit}
        return start

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("at") == "time" and not self.cleaned_data.get("time") and "time" not in self.errors:
            self.add_error("time", "Choose a date and time, or let people enter at launch.")
        return self.cleaned_data

    def entry(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        at = "launch" if chosen["at"] == "launch" else values.written(chosen["time"])
        return {"type": "scheduled", "at": at}

    def reentry(self) -> dict[str, Any] | None:
        chosen = self.cleaned_data
        if chosen["again"] == "no":
            return None
        after = {"after": spans.written(chosen["span"], chosen["unit"] or "days")} if chosen.get("span") else {}
        return {"allowed": True} | after


class AudienceForm(PeopleForm):
    """Who may enter."""
