"""The form of Entry: when people enter, how many, and whether they may come again. A part of the document and back."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django import forms
from django.utils import timezone

from audiences import filter_deeds, happened, where_form
from audiences.filters import Fault

from . import deeds, entry_faults, spans, values
from .recurring_form import RecurringForm, recurring_initial
from .steps.forms import Moment

LIMITS = (("lifetime", "in all"), ("day", "a day"), ("run", "each time that people enter"))


class EntryForm(RecurringForm):
    """When people enter, and whether they may come again. What is missing is a launch Problem."""

    WAYS = (
        ("launch", "At launch"),
        ("time", "At a date and time"),
        ("again", "Every day, week or month"),
        ("action", "When they do something"),
        ("api", "When a program of yours says so"),
    )
    AGAIN = (("no", "No, everybody once"), ("yes", "Yes, when they have left, after a while"))
    at = forms.ChoiceField(label="When people enter", choices=WAYS, widget=forms.RadioSelect)
    time = Moment(label="Date and time", required=False)
    did = forms.ChoiceField(label="What they do", choices=deeds.KINDS, required=False)
    event = forms.CharField(label=deeds.LABEL, help_text=deeds.HINT, max_length=100, required=False)
    since = Moment(label="From", required=False, help_text="Empty: from the launch on.")
    until = Moment(label="Until", required=False, help_text="Empty: without an end.")
    again = forms.ChoiceField(label="May people enter again?", choices=AGAIN, widget=forms.RadioSelect)
    span = forms.IntegerField(label="After", min_value=0, max_value=3660, required=False)
    unit = forms.ChoiceField(label="Unit", choices=spans.UNITS[:4], required=False)
    most = forms.IntegerField(
        label="Let in at most", min_value=1, max_value=entry_faults.MOST, required=False,
        help_text="Empty: everybody who fits.",
    )  # fmt: skip
    per = forms.ChoiceField(label="People", choices=LIMITS, required=False)

    def __init__(self, data: Mapping | None, document: Mapping[str, Any]) -> None:
        self.was = document.get("entry") or {}
        initial = {"again": "no", "unit": "days", **entry_initial(self.was), **reentry_initial(document)}
        initial |= recurring_initial(self.was) | limit_initial(document)
        super().__init__(data, initial=initial)
        self.fields["event"].widget.attrs |= {"list": "event-names", "autocomplete": "off"}

    events = staticmethod(deeds.event_names)

    @cached_property
    def rows(self) -> list[where_form.Fields] | None:
        """The conditions on the event's properties, as fields; None where they can't be shown so, and only stay."""
        if where_form.is_there(self.data):
            return where_form.filled(where_form.posted(self.data))
        return where_form.shown(self.was.get("where", []))

    @property
    def conditions(self) -> list[dict]:
        return self.was.get("where", []) if self.rows is None else where_form.read(self.rows)

    @cached_property
    def faults(self) -> list[Fault]:
        """What is wrong with them, by paths that begin with `where`."""
        asked = deeds.read(self.data) if self.is_bound else self.was
        found = happened.where_faults({**asked, "where": self.conditions}, "", timezone.now())
        return [Fault(fault.path.removeprefix("."), fault.message) for fault in found]

    def where(self, url: str) -> where_form.Where | None:
        return None if self.rows is None else where_form.draw(self.rows, self.faults, url)

    @property
    def where_words(self) -> list[str]:
        return [filter_deeds.property_words(one) for one in self.conditions]

    def clean(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        if chosen.get("at") == "time" and not chosen.get("time") and "time" not in self.errors:
            self.add_error("time", "Choose a date and time, or let people enter at launch.")
        if chosen.get("at") == "action" and not deeds.read(chosen) and "event" not in self.errors:
            self.add_error("event", deeds.NO_NAME)
        if chosen.get("at") == "action" and self.is_bound and self.faults:
            self.add_error("event", "What is to be corrected stands beside its property.")
        if chosen.get("since") and chosen.get("until") and chosen["until"] < chosen["since"]:
            self.add_error("until", "The end lies before the beginning.")
        if chosen.get("at") == "again":
            self.check_recurring()
        return chosen

    def entry(self) -> dict[str, Any]:
        way = self.cleaned_data["at"]
        if way == "again":
            return self.recurring()
        if way in ("launch", "time"):
            at = "launch" if way == "launch" else values.written(self.cleaned_data["time"])
            return {"type": "scheduled", "at": at}
        return {"type": "api"} if way == "api" else self.action()

    def action(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        moments = {"from": chosen.get("since"), "until": chosen.get("until")}
        window = {key: values.written(moment) for key, moment in moments.items() if moment}
        return {
            "type": "action",
            **deeds.read(chosen),
            **({"where": self.conditions} if self.conditions else {}),
            **window,
        }

    def reentry(self) -> dict[str, Any] | None:
        chosen = self.cleaned_data
        if chosen["again"] == "no":
            return None
        after = {"after": spans.written(chosen["span"], chosen["unit"] or "days")} if chosen.get("span") else {}
        return {"allowed": True} | after

    def limit(self) -> dict[str, Any] | None:
        chosen = self.cleaned_data
        return {"max": chosen["most"], "per": chosen["per"] or "lifetime"} if chosen.get("most") else None


def entry_initial(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The form's fields for the `entry` of a document."""
    if not entry:
        return {"at": ""}
    if entry["type"] == "scheduled":
        at = entry.get("at", "again")
        if at == "again":
            return {"at": at}
        return {"at": "launch"} if at == "launch" else {"at": "time", "time": values.instant(at)}
    window = {
        name: values.instant(entry[key]) for name, key in (("since", "from"), ("until", "until")) if entry.get(key)
    }
    return {"at": entry["type"], **deeds.fields(entry), **window}


def reentry_initial(document: Mapping[str, Any]) -> dict[str, Any]:
    reentry = document.get("reentry") or {}
    if not reentry.get("allowed"):
        return {}
    number, unit = spans.parts(values.duration(reentry.get("after", "PT0S")))
    return {"again": "yes", "span": number or None, "unit": unit}


def limit_initial(document: Mapping[str, Any]) -> dict[str, Any]:
    limit = document.get("limit") or {}
    return {"most": limit.get("max"), "per": limit.get("per", "lifetime")}
