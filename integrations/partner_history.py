"""What happened to a connection, the latest first: what was done to it, and what broke and works again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q
from django.utils.timesince import timesince

from config.team.models import AuditEvent, User

from .models import Incident
from .partner import Partner

SHOWN = 12
MOST = 30
NAMED = 3
DONE: Mapping[str, tuple[str, str]] = {
    "token.set": ("plug", "Connected"),
    "token.replaced": ("key", "Token replaced"),
    "token.removed": ("minus", "Disconnected"),
    "requirement.ticked": ("check", "“{}” ticked"),
    "requirement.unticked": ("minus", "“{}” taken back"),
}
TONES = {"bad": "stop", "warn": "warn"}


@dataclass(frozen=True)
class Line:
    at: datetime
    icon: str
    tone: str
    words: str
    notes: tuple[str, ...]


def incidents(partner: Partner) -> list[Incident]:
    """Those that are open first, then the latest; what ended before anybody was told is left out."""
    theirs = Incident.objects.filter(connection__partner=partner.key)
    known = theirs.filter(Q(told_at__isnull=False) | Q(ended_at=None))
    return list(known.order_by(F("ended_at").desc(nulls_first=True), "-began_at")[:MOST])


def lines(partner: Partner, users: Mapping[int, User], known: Iterable[Incident]) -> list[Line]:
    """One query. `users`: by id, those whose names are told."""
    found = [*done(partner), *broken(known, users)]
    return sorted(found, key=lambda line: line.at, reverse=True)[:SHOWN]


def done(partner: Partner) -> Iterator[Line]:
    rows = AuditEvent.objects.filter(action__in=DONE, target=partner.key).select_related("actor")[:SHOWN]
    for event in rows:
        icon, words = DONE[event.action]
        last4 = event.details.get("last4") if event.action != "token.removed" else None
        words = words.format(partner.by_hand.get(event.details.get("what", ""), ""))
        who = ", ".join(str(one) for one in (event.actor, event.via) if one)
        yield Line(event.at, icon, "", f"{words}, •••• {last4}" if last4 else words, (who,))


def broken(known: Iterable[Incident], users: Mapping[int, User]) -> Iterator[Line]:
    for one in known:
        words = str(one)
        icon, tone = TONES.get(one.tone, "warn"), f"tone-{one.tone}"
        yield Line(one.began_at, icon, tone, words, (lasted(one), told(one, users)))


def lasted(incident: Incident) -> str:
    if incident.ended_at is None:
        return "Not over yet"
    return f"Worked again after {timesince(incident.began_at, incident.ended_at, depth=1)}"


def told(incident: Incident, users: Mapping[int, User]) -> str:
    if not incident.told_at:
        return "Nobody was told yet"
    names = [str(users[pk]) for pk in incident.told_to if pk in users]
    others = len(incident.told_to) - len(names[:NAMED])
    named = ", ".join([*names[:NAMED], *[f"{others} more"] * bool(others)])
    return f"Told: {named}" if named else "Nobody wanted to be told"
