"""Delay: people wait here for a duration, or until a date and time, or until the next weekday and time."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.db.models import Q
from django.utils import timezone

from .. import describe, spans, values, waiting
from ..problems import Problem
from .base import Dues, Setting, StepType
from .forms import DelayForm

WAYS = ({"duration"}, {"until"}, {"weekday", "time"})


def read_zone(value: Any) -> str:
    if value not in ("person", "company"):
        raise ValueError('Write "person" or "company".')
    return value


class Delay(StepType):
    type = "delay"
    label = "Delay"
    group = "Wait"
    icon = "delay"
    does = "People wait here, then go on."
    only_leads_on = True
    form_class = DelayForm
    template = "steps/delay.html"
    example = {"duration": "PT1H"}
    settings = {
        "duration": Setting("Duration", values.duration, words=lambda value, say: spans.words(values.duration(value))),
        "until": Setting("Until", values.instant, words=lambda value, say: describe.moment(values.instant(value))),
        "weekday": Setting("Weekday", values.weekday, words=lambda value, say: value.title()),
        "time": Setting("Time", values.time_of_day),
        "zone": Setting("Time zone", read_zone),
    }

    def summary(self, settings) -> str:
        if "duration" in settings:
            return f"Wait {spans.words(values.duration(settings['duration']))}"
        if "until" in settings:
            return f"Until {describe.moment(values.instant(settings['until']))}"
        return (
            f"Until {settings['weekday'].title()}, {settings.get('time', 'no time yet')}"
            if settings.get("weekday")
            else ""
        )

    def problems(self, step, draft) -> Iterator[Problem]:
        if set(step.settings) - {"zone"} not in WAYS:
            field = "time" if "weekday" in step.settings else "weekday" if "time" in step.settings else "duration"
            hint = "Choose one: for how long, until which date and time, or until which weekday and time."
            yield Problem("canvas.E004", "How long people wait here is not set.", hint, step.key, field)

    def changed(self, old: Mapping, new: Mapping) -> str:
        kept = "Whoever waits here keeps their time"
        return "" if old == new else f"{kept}; the new one is for those who come after publishing."

    details_template = "steps/_delay_waiting.html"

    def details(self, step, now: datetime) -> Mapping[str, Any]:
        return {"waiting_by_due": waiting.by_due(step.row.pk, now) if step.row else []}

    def due(self, step, now: datetime) -> datetime | Dues:
        if "duration" in step.settings:
            return now + values.duration(step.settings["duration"])
        if step.settings.get("zone") != "person":
            return moment(step.settings, now, timezone.get_default_timezone())
        return Dues(by_zone(step.settings, now), moment(step.settings, now, timezone.get_default_timezone()))


def by_zone(settings: Mapping, now: datetime) -> dict[datetime, Q]:
    """When people go on, with the time zones in which that is so. Who has none that is known goes by the company's."""
    found: dict[datetime, list[str]] = {}
    for name in sorted(available_timezones()):
        found.setdefault(moment(settings, now, ZoneInfo(name)), []).append(name)
    return {at: Q(profile__time_zone__in=names) for at, names in found.items()}


def moment(settings: Mapping, now: datetime, zone: tzinfo) -> datetime:
    """When somebody in that time zone who comes at `now` goes on."""
    if "until" in settings:
        until = values.instant(settings["until"])
        if settings.get("zone") == "person":
            until = timezone.localtime(until, timezone.get_default_timezone()).replace(tzinfo=zone)
        return max(now, until.astimezone(UTC))
    day = values.weekday(settings["weekday"])
    return next_weekday(day, values.time_of_day(settings["time"]), now, zone).astimezone(UTC)


def next_weekday(weekday: int, time: time, now: datetime, zone: tzinfo) -> datetime:
    """The first moment from `now` on that is this weekday and time in the zone."""
    local = timezone.localtime(now, zone)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    at = datetime.combine(day, time, zone)
    return at if at >= now else datetime.combine(day + timedelta(days=7), time, zone)
