"""The time that numbers are asked for, and what lies before it.

A range begins and ends at a whole hour (UTC), since the journal is summed up by the hour. One that reaches into the
present has no end: whatever is not settled yet belongs to it. `cuts` part all time, so that one statement counts the
range, the range before it that it is compared with, and all that was before, each line in exactly one part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from django import forms
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone

HOUR = timedelta(hours=1)
ALL, OWN = "all", "own"
PRESETS = {"today": (0, 1), "yesterday": (1, 1), "7d": (6, 7), "30d": (29, 30), "90d": (89, 90)}
"""How many days ago each begins, and how many days it has."""
WORDS = {
    ALL: "All time", "today": "Today", "yesterday": "Yesterday", "7d": "Last 7 days", "30d": "Last 30 days",
    "90d": "Last 90 days", OWN: "From … to …",
}  # fmt: skip


@dataclass(frozen=True)
class Range:
    """From `since` on (None: the beginning), and before `until` (None: up to now); `days` of the company's calendar."""

    name: str = ALL
    since: datetime | None = None
    until: datetime | None = None
    days: int = 0
    compared_until: datetime | None = None

    @property
    def is_all(self) -> bool:
        return self.since is None

    @cached_property
    def cuts(self) -> tuple[datetime, ...]:
        """Where its parts meet: the part before, the one that it is compared with, what lies between, itself."""
        if self.since is None:
            return ()
        ends = [shifted(self.since, self.days), self.compared_until, self.since, self.until]
        return tuple(end for end in ends if end is not None)

    def holds(self, column: str) -> Q:
        """The moment in that column lies in it."""
        since = Q(**{f"{column}__gte": self.since}) if self.since else Q(**{f"{column}__isnull": False})
        return since & Q(**{f"{column}__lt": self.until}) if self.until else since

    @property
    def part(self) -> int:
        """Which of the parts it is itself; those before it have lower numbers."""
        return 0 if self.is_all else 3

    @property
    def compared(self) -> int | None:
        """Which part it is compared with: as many days before."""
        return None if self.is_all else 1


EVER = Range()


class RangeForm(forms.Form):
    """`range`: one of WORDS; with OWN the first and the last day."""

    range = forms.ChoiceField(required=False, choices=list(WORDS.items()))
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data, now: datetime) -> None:
        super().__init__(data)
        self.now = now

    def clean(self) -> dict:
        found = super().clean()
        first, last = found.get("since"), found.get("until")
        if found.get("range") == OWN and not self.errors:
            if not first or not last:
                self.add_error("until" if first else "since", "Write the first and the last day.")
            elif last < first:
                self.add_error("until", "The last day lies before the first.")
            elif first > timezone.localdate(self.now):
                self.add_error("since", "The first day has not come yet.")
            elif first.year < 2000:
                self.add_error("since", "Nothing is kept of that time.")
        return found

    def asked(self) -> Range:
        """The range; all time where what is asked for can't be."""
        if not self.is_valid():
            return EVER
        name, today = self.cleaned_data["range"] or ALL, timezone.localdate(self.now)
        if name == OWN:
            return between(name, self.cleaned_data["since"], self.cleaned_data["until"], self.now)
        if name == ALL:
            return EVER
        ago, days = PRESETS[name]
        first = today - timedelta(days=ago)
        return between(name, first, first + timedelta(days=days - 1), self.now)


def between(name: str, first: date, last: date, now: datetime) -> Range:
    """These days of the company's calendar, both included."""
    days, until = (last - first).days + 1, midnight(last + timedelta(days=1))
    open_end = until > now
    return Range(name, midnight(first), None if open_end else until, days, shifted(min(until, full_hour(now)), days))


def midnight(day: date) -> datetime:
    """When the day begins, at a whole hour of UTC: where the clocks are half an hour apart, a little before."""
    local = datetime.combine(day, time(), timezone.get_default_timezone())
    return floor(local)


def shifted(moment: datetime, days: int) -> datetime:
    """The same time of the clock so many days before."""
    zone = timezone.get_default_timezone()
    local = timezone.localtime(moment, zone).replace(tzinfo=None) - timedelta(days=days)
    return floor(local.replace(tzinfo=zone))


def floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def full_hour(now: datetime) -> datetime:
    """The end of the hour that it is."""
    return floor(now) + HOUR


def part_of(column: str, cuts: Sequence[datetime]) -> Case:
    """In which part of time a row lies; what has no time yet, in the last one."""
    whens = [When(**{f"{column}__lt": cut}, then=Value(number)) for number, cut in enumerate(cuts)]
    return Case(*whens, default=Value(len(cuts)), output_field=IntegerField())
