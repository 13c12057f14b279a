"""Who waits at a step, by when they go on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, IntegerField, Sum, Value, When

from .models import Cohort

BOUNDS = (
    ("within an hour", timedelta(hours=1)), ("within a day", timedelta(days=1)), ("within 3 days", timedelta(days=3)),
    ("within a week", timedelta(days=7)), ("within 30 days", timedelta(days=30)),
)  # fmt: skip
LATE = "now, or as soon as the Canvas runs"
LATER = "later"


@dataclass(frozen=True)
class Due:
    """So many people go on in that time; `share` is of all who wait, in percent."""

    words: str
    people: int
    share: float


def by_due(step: int, now: datetime) -> list[Due]:
    """One statement over cohorts; only times in which somebody goes on."""
    whens = [When(due_at__lte=now, then=Value(0))]
    whens += [When(due_at__lte=now + span, then=Value(at)) for at, (_, span) in enumerate(BOUNDS, 1)]
    part = Case(*whens, default=Value(len(whens)), output_field=IntegerField())
    standing = Cohort.objects.filter(step=step, ended_at=None, size__gt=0).annotate(part=part)
    found = dict(standing.values_list("part").annotate(people=Sum("size")).order_by("part"))
    names, everybody = [LATE, *(words for words, _ in BOUNDS), LATER], sum(found.values())
    return [Due(names[at], people, 100 * people / everybody) for at, people in found.items()]
