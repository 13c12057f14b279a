"""Incidents: begun when something is found to be wrong, ended when it is not any more, and told to who wants to know.

One message when it begins, one a day while it lasts, one when it is over. What breaks again within the hour is told
again only when that hour is over: a connection that flaps floods nobody.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Min, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from config.team import notices
from config.team.notices import News

from . import ills, partner
from .health import SCOPES
from .ills import Ill
from .incident_models import with_name
from .models import AdAccount, Connection, CustomAudience, Incident, SyncBatch
from .pauses import PATHS, WAITING

AGAIN = timedelta(days=1)
APART = timedelta(hours=1)
"""Between two beginnings of the same that are told."""
WORDS = ("name", "tone", "headline", "detail", "cure")
MANY = 10


def work(now: datetime) -> Counter:
    """Notes what is wrong now, and tells of what is due."""
    return note(now) + Counter(told=tell_due(now))


def note(now: datetime) -> Counter:
    """Begins, changes and ends incidents. Safe to repeat, and by several at once."""
    wrong = ills.all_now(now)
    known = {(one.scope, one.scope_pk): one for one in Incident.objects.filter(ended_at=None)}
    begun = begin([ill for key, ill in wrong.items() if key not in known], now)
    for key in wrong.keys() & known.keys():
        change(known[key], wrong[key], now)
    ended = end([known[key] for key in known.keys() - wrong.keys()], now)
    return +Counter(incidents_begun=begun, incidents_ended=ended)


def begin(found: list[Ill], now: datetime) -> int:
    """Of two workers that see the same, one row stands."""
    rows = [
        Incident(
            connection_id=ill.connection, scope=ill.scope, scope_pk=ill.pk, began_at=now,
            tell_at=first_telling(ill, now),
            **{name: getattr(ill, name) for name in WORDS},
        )
        for ill in found
    ]  # fmt: skip
    Incident.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def first_telling(ill: Ill, now: datetime) -> datetime:
    lately = Incident.objects.filter(scope=ill.scope, scope_pk=ill.pk, began_at__gt=now - APART, told_at__isnull=False)
    last = lately.aggregate(at=Max("began_at"))["at"]
    return max(now + ill.patience, last + APART) if last else now + ill.patience


def change(incident: Incident, ill: Ill, now: datetime) -> None:
    """What is known of it is kept as it is now; what has become worse is told at once."""
    fresh = {name: getattr(ill, name) for name in WORDS if getattr(incident, name) != getattr(ill, name)}
    if fresh.get("tone") == "bad":
        fresh["tell_at"] = now
    if fresh:
        Incident.objects.filter(pk=incident.pk, ended_at=None).update(**fresh)


def end(over: list[Incident], now: datetime) -> int:
    """Who was told that it broke is told that it works; what nobody knew of ends in silence."""
    rows = Incident.objects.filter(pk__in=[one.pk for one in over], ended_at=None)
    known = rows.filter(told_at__isnull=False).update(ended_at=now, tell_at=now)
    return known + rows.update(ended_at=now, tell_at=None)


def next_due() -> datetime | None:
    return Incident.objects.filter(tell_at__isnull=False).aggregate(at=Min("tell_at"))["at"]


def tell_due(now: datetime) -> int:
    """Notices written; each incident in a transaction of its own."""
    due = Incident.objects.filter(tell_at__lte=now).order_by("tell_at", "pk").values_list("pk", flat=True)
    return sum(tell(pk, now) for pk in due)


@transaction.atomic
def tell(pk: int, now: datetime) -> int:
    rows = Incident.objects.select_for_update().select_related("connection")
    incident = rows.filter(pk=pk, tell_at__lte=now).first()
    if incident is None:
        return 0
    told = notices.tell(news(incident, now), now)
    incident.told_at, incident.tell_at = now, None if incident.ended_at else now + AGAIN
    incident.told_to = sorted({*incident.told_to, *told})
    incident.save(update_fields=["told_at", "tell_at", "told_to"])
    return len(told)


def news(incident: Incident, now: datetime) -> News:
    audiences = list(affected(incident))
    authors = {one.step.canvas.author_id for one in audiences}
    key = incident.connection.partner
    return News(
        kind=incident.scope, about=f"incident:{incident.pk}", tone="good" if incident.ended_at else incident.tone,
        title=title(incident), text="\n\n".join(lines(incident, audiences)), authors=authors - {None},
        url=lambda looks_after: reverse("integrations:partner", args=[key]) if looks_after else of_author(audiences),
    )  # fmt: skip


def of_author(audiences: list[CustomAudience]) -> str:
    """Where somebody looks who may not see the connection: the step, where there is one alone."""
    if len(audiences) == 1:
        step = audiences[0].step
        return reverse("canvas:step_analytics", args=[step.canvas_id, step.key])
    return reverse("integrations:audiences")


def affected(incident: Incident) -> QuerySet[CustomAudience]:
    path = {Connection: "ad_account__connection", AdAccount: "ad_account", CustomAudience: "pk"}[SCOPES[incident.scope]]
    rows = CustomAudience.objects.filter(ills.in_use(), **{path: incident.scope_pk})
    return rows.select_related("step__canvas").defer("step__canvas__document").order_by("step__canvas__name", "pk")


def waiting(incident: Incident) -> int:
    rows = SyncBatch.objects.filter(state__in=WAITING, **{PATHS[SCOPES[incident.scope]]: incident.scope_pk})
    return rows.aggregate(n=Sum(F("size") - F("withdrawn"), default=0))["n"]


def title(incident: Incident) -> str:
    who = incident.name or partner.of(incident.connection).label
    return f"{who} works again" if incident.ended_at else with_name(who, incident.headline.rstrip("."))


def lines(incident: Incident, audiences: list[CustomAudience]) -> Iterator[str]:
    since = f"Since {moment(incident.began_at)}"
    if incident.ended_at:
        yield f"It was: {incident.headline} {since}, until {moment(incident.ended_at)}."
        yield "Who waited goes on by itself."
        return
    yield f"{incident.headline} {incident.detail}".strip()
    yield f"{since}. {people(waiting(incident))}"
    if audiences:
        yield f"It concerns: {canvases(audiences)}."
    if incident.cure:
        yield f"What to do: {incident.cure}"


def people(number: int) -> str:
    if not number:
        return "Nobody waits for it yet."
    return f"{number:,} {'people wait' if number > 1 else 'person waits'} for it; nobody is lost."


def canvases(audiences: list[CustomAudience]) -> str:
    names = list(dict.fromkeys(one.step.canvas.name for one in audiences))
    more = f" and {len(names) - MANY} more" if len(names) > MANY else ""
    return f"{', '.join(names[:MANY])}{more}"


def moment(at: datetime) -> str:
    return date_format(timezone.localtime(at), "j M Y H:i")
