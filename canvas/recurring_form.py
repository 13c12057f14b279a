"""The fields of a recurring entry: every day, on weekdays, or on a day of the month, at a time of day."""

from collections.abc import Mapping
from typing import Any

from django import forms

from . import values
from .steps.forms import Moment

WEEKDAYS = [(day, day.title()) for day in values.WEEKDAYS]


class RecurringForm(forms.Form):
    EVERY = (("day", "Every day"), ("week", "On days of the week"), ("month", "On a day of the month"))
    every = forms.ChoiceField(label="How often", choices=EVERY, required=False)
    weekdays = forms.MultipleChoiceField(
        label="Days of the week", choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple, required=False
    )
    day = forms.IntegerField(
        label="Day of the month", min_value=1, max_value=31, required=False,
        help_text="Where a month is shorter, its last day.",
    )  # fmt: skip
    clock = forms.TimeField(label="Time of day", widget=forms.TimeInput({"type": "time"}, "%H:%M"), required=False)
    last = Moment(label="Until", required=False, help_text="Empty: without an end.")

    def check_recurring(self) -> None:
        """What has to be there for the chosen rhythm."""
        chosen = self.cleaned_data
        if not chosen.get("clock") and "clock" not in self.errors:
            self.add_error("clock", "Choose a time of day.")
        if chosen.get("every") == "week" and not chosen.get("weekdays"):
            self.add_error("weekdays", "Choose at least one day.")
        if chosen.get("every") == "month" and not chosen.get("day") and "day" not in self.errors:
            self.add_error("day", "Choose the day of the month.")

    def recurring(self) -> dict[str, Any]:
        chosen = self.cleaned_data
        every = chosen["every"] or "day"
        more = {"week": {"weekdays": chosen["weekdays"]}, "month": {"day": chosen["day"]}}.get(every, {})
        until = {"until": values.written(chosen["last"])} if chosen.get("last") else {}
        return {"type": "scheduled", "every": every, "time": f"{chosen['clock']:%H:%M}", **more, **until}


def recurring_initial(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The fields for the `entry` of a document."""
    last = {"last": values.instant(entry["until"])} if "every" in entry and entry.get("until") else {}
    found = {"every": entry.get("every", "day"), "weekdays": [day.lower() for day in entry.get("weekdays", [])]}
    return found | {"day": entry.get("day"), "clock": entry.get("time")} | last
