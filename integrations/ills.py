"""What is wrong now with connections, and with the ad accounts and custom audiences that Canvases use: by what holds
them back, and by what the last check read. Never from the network; a constant number of queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from canvas.models import Canvas

from . import partner, pauses
from .connecting import NO_TOKEN
from .health import NAMES, words
from .incident_models import with_name
from .models import AdAccount, Connection, ConnectionSecret, CustomAudience, Pausable
from .partner import Finding

BRIEF = timedelta(minutes=12)
"""A partner that could not be reached is asked again before anybody is told."""


@dataclass(frozen=True)
class Ill:
    scope: str
    pk: int
    connection: int
    name: str
    tone: str
    headline: str
    detail: str
    cure: str
    patience: timedelta = timedelta(0)

    def __str__(self) -> str:
        return with_name(self.name, self.headline)


def all_now(now: datetime) -> dict[tuple[str, int], Ill]:
    """By scope and id."""
    found = [*of_connections(now), *of_accounts(), *of_audiences()]
    return {(one.scope, one.pk): one for one in found}


def of_connections(now: datetime) -> Iterator[Ill]:
    used = CustomAudience.objects.filter(in_use(), ad_account__connection=OuterRef("pk"))
    tokens = ConnectionSecret.objects.filter(connection=OuterRef("pk"))
    for one in Connection.objects.annotate(used=Exists(used), told=Exists(tokens)):
        if one.is_faulty and (one.used or one.pause_detail != NO_TOKEN):
            yield held(one, one.pk, "")
        elif one.told and not one.is_faulty and (finding := partner.of(one).connection_ill(one, now)):
            patience = BRIEF if not one.reachable and finding.tone == "warn" else timedelta(0)
            yield read(one, one.pk, "", finding, patience)


def of_accounts() -> Iterator[Ill]:
    used = CustomAudience.objects.filter(in_use(), ad_account=OuterRef("pk"))
    for one in AdAccount.objects.filter(Exists(used)).select_related("connection"):
        if one.is_faulty:
            yield held(one, one.connection_id, str(one))
        elif finding := partner.of(one.connection).account_ill(one):
            yield read(one, one.connection_id, str(one), finding)


def of_audiences() -> Iterator[Ill]:
    for one in pauses.asked_about().select_related("ad_account"):
        yield held(one, one.ad_account.connection_id, str(one))


def seen(scopes: Iterable[Pausable], now: datetime) -> Iterator[tuple[Ill, partner.Partner]]:
    """What the last check read of these connections and accounts that will hold them back, or does so unseen, with its
    partner. A check that got no answer is no news, nor is a full account: its audiences take people all the same."""
    for one in scopes:
        connection = pauses.connection_of(one)
        theirs = partner.of(connection)
        finding = None if one.is_faulty or not connection.reachable else found_of(one, theirs, now)
        if finding:
            yield read(one, connection.pk, "" if one == connection else str(one), finding), theirs


def found_of(scope: Pausable, its_partner: partner.Partner, now: datetime) -> Finding | None:
    if isinstance(scope, Connection):
        return its_partner.connection_ill(scope, now)
    finding = its_partner.account_ill(scope) if isinstance(scope, AdAccount) else None
    return finding if finding and finding.tone == "bad" else None


def in_use() -> Q:
    """Of a step that is there, in a Canvas that is live or may be again."""
    return Q(step__retired=False) & ~Q(step__canvas__status=Canvas.Status.ARCHIVED)


def held(scope: Pausable, connection: int, name: str) -> Ill:
    told = words(scope)
    sentences = (told[part] for part in ("headline", "detail", "cure"))
    return Ill(NAMES[type(scope)], scope.pk, connection, name, "bad", *sentences)


def read(scope: Pausable, connection: int, name: str, finding: Finding, patience: timedelta = timedelta(0)) -> Ill:
    headline, cure = finding.words[:255], finding.cure
    return Ill(NAMES[type(scope)], scope.pk, connection, name, finding.tone, headline, "", cure, patience)
