"""Delay: people wait here for a duration, or until a date and time, or until the next weekday and time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from .. import describe, spans, values
from ..problems import Problem
from .base import Setting, StepType
from .forms import DelayForm

WAYS = ({"duration"}, {"until"}, {"weekday", "time"})


class Delay(StepType):
    type = "delay"
    label = "Delay"
    group = "Wait"
    icon = "delay"
    does = "People wait here, then go on."
    form_class = DelayForm
    template = "steps/delay.html"
    example = {"duration": "PT1H"}
    settings = {
        "duration": Setting("Duration", values.duration, words=lambda value: spans.words(values.duration(value))),
        "until": Setting("Until", values.instant, words=lambda value: describe.moment(values.instant(value))),
        "weekday": Setting("Weekday", values.weekday, words=str.title),
        "time": Setting("Time", values.time_of_day),
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
        if set(step.settings) not in WAYS:
            field = "time" if "weekday" in step.settings else "weekday" if "time" in step.settings else "duration"
            hint = "Choose one: for how long, until which date and time, or until which weekday and time."
            yield Problem("canvas.E004", "How long people wait here is not set.", hint, step.key, field)

    def due(self, step, now: datetime) -> datetime:
        if "duration" in step.settings:
            return now + values.duration(step.settings["duration"])
        if "until" in step.settings:
            return max(now, values.instant(step.settings["until"]))
        return next_weekday(values.weekday(step.settings["weekday"]), values.time_of_day(step.settings["time"]), now)


def next_weekday(weekday: int, time, now: datetime) -> datetime:
    """The first moment from `now` on that is this weekday and time in the company's time zone."""
    local = timezone.localtime(now)
    day = local.date() + timedelta(days=(weekday - local.weekday()) % 7)
    moment = datetime.combine(day, time, local.tzinfo)
    return moment if moment >= now else datetime.combine(day + timedelta(days=7), time, local.tzinfo)
