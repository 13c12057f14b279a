"""The editors of steps: settings to a form and back. Nothing is required here: what is missing is a launch Problem;
refused is only what can't be stored.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from .. import spans, values
from ..choosing import PeopleForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from ..document import Draft, StepSpec

LOCAL = "%Y-%m-%dT%H:%M"


class Moment(forms.DateTimeField):
    """A date and time, typed and shown in the reader's time zone."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, LOCAL)


class StepForm(forms.Form):
    """`settings` are the document's for the step, empty fields left out."""

    use_required_attribute = False

    def __init__(self, step: "StepSpec", draft: "Draft", data: "QueryDict | None" = None) -> None:
        self.step, self.draft = step, draft
        super().__init__(data, initial=self.initial_from(step.settings))
        for field in self.fields.values():
            field.required = False

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return dict(settings)

    def settings(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def renamed(self) -> Mapping[str, str]:
        """The ways out that were given another name: old name to new."""
        return {}

    def clean(self) -> dict[str, Any]:
        for name, value in ({} if self.errors else self.settings()).items():
            try:
                self.step.type.settings[name].read(value)
            except ValueError as error:
                self.add_error(self.field_of(name), str(error))
        return self.cleaned_data

    def field_of(self, setting: str) -> str:
        """The field beside which it is said what is wrong with a setting."""
        return setting


ZONES = (("company", "The company’s"), ("person", "Each person’s own"))


class DelayForm(StepForm):
    """One of three ways to say how long; the other ways' fields are not stored."""

    WAYS = (("duration", "For a while"), ("until", "Until a date and time"), ("weekday", "Until a weekday"))
    way = forms.ChoiceField(label="People wait", choices=WAYS, widget=forms.RadioSelect)
    duration = forms.IntegerField(label="How long", min_value=0)
    unit = forms.ChoiceField(label="Unit", choices=spans.UNITS)
    until = Moment(label="Date and time")
    weekday = forms.ChoiceField(label="Weekday", choices=[(day, day.title()) for day in values.WEEKDAYS])
    time = forms.TimeField(label="Time of day", widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    zone = forms.ChoiceField(label="Whose clock", choices=ZONES)

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        start = {"way": "duration", "unit": "days", "weekday": "monday", "zone": "company"} | settings
        if "duration" in settings:
            start["duration"], start["unit"] = spans.parts(values.duration(settings["duration"]))
        if "until" in settings:
            start |= {"way": "until", "until": values.instant(settings["until"])}
        if "weekday" in settings or "time" in settings:
            start["way"] = "weekday"
        return start

    def settings(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        way = chosen.get("way") or "duration"
        if way == "weekday":
            at = chosen.get("time")
            return (
                {"weekday": chosen["weekday"] or "monday"}
                | ({"time": f"{at:%H:%M}"} if at else {})
                | self.zone_setting()
            )
        if chosen.get(way) is None:
            return {}
        if way == "until":
            return self.until_setting(chosen["until"])
        return {"duration": spans.written(chosen["duration"], chosen["unit"] or "days")}

    def until_setting(self, moment: datetime) -> dict[str, str]:
        """A moment; or what each person's own clock shows then."""
        if self.zone_setting():
            return {"until": f"{timezone.localtime(moment):{LOCAL}}", **self.zone_setting()}
        return {"until": values.written(moment)}

    def zone_setting(self) -> dict[str, str]:
        return {"zone": "person"} if self.cleaned_data.get("zone") == "person" else {}


class SplitForm(PeopleForm, StepForm):
    """Who goes Yes: the people of a saved segment, or those whom a filter fits."""

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        stored = settings.get("filter")
        is_segment = isinstance(stored, dict) and stored.keys() == {"segment"}
        return self.initial_people(stored if is_segment or stored is None else {"filter": stored})

    def settings(self) -> dict[str, Any]:
        people = self.people()
        return {"filter": people.get("filter", people)} if people else {}
