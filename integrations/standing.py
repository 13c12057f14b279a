"""How a connection stands, in a headline and a line: for the corner of every page. One query."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from config.team.models import User

from . import partner
from .errors import sentence
from .models import Connection, Incident, faulty


@dataclass(frozen=True)
class Card:
    headline: str
    detail: str
    tone: str
    icon: str
    url: str


def of_connection(user: User, key: str) -> Card:
    label, url = partner.PARTNERS[key].label, ""
    if user.has_perm("integrations.view_connection"):
        url = reverse("integrations:partner", args=[key])
    connection = connections().filter(partner=key).first()
    headline, good = headline_of(connection)
    return Card(
        headline, detail_of(label, connection), "tone-good" if good else "tone-warn", "ok" if good else "warn", url
    )


def connections() -> QuerySet[Connection]:
    """With what the headline needs: whether there is a token, and how many ad accounts are stopped, by a fault that
    holds them back or by what the last check read of those that are used."""
    read = Incident.objects.filter(scope="account", scope_pk=OuterRef("ad_accounts__pk"), ended_at=None, tone="bad")
    stopped = Count("ad_accounts", filter=faulty("ad_accounts__") | Exists(read), distinct=True)
    return Connection.objects.annotate(secrets=Count("secret", distinct=True), stopped=stopped)


def headline_of(connection: Connection | None) -> tuple[str, bool]:
    if connection is None or not connection.secrets:
        return "No token is connected", False
    if connection.is_faulty:
        return sentence(connection.pause_kind).rstrip("."), False
    if not connection.facts.get("valid", True):
        return "The token is not accepted", False
    if not connection.reachable:
        return "Not reached at the last check", False
    if trouble := partner.of(connection).trouble(connection, timezone.now()):
        return trouble.rstrip("."), False
    if connection.stopped:
        return f"{connection.stopped} ad account{'s' * (connection.stopped > 1)} stopped", False
    return "Connected", True


def detail_of(label: str, connection: Connection | None) -> str:
    if connection is None or connection.checked_at is None:
        return label
    return f"{label} · checked {date_format(timezone.localtime(connection.checked_at), 'j M H:i')}"
