"""Facebook as a partner: what the contract's calls are in Meta's terms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import path

from ..connecting import token_of
from ..errors import (
    AccessLost,
    AudienceGone,
    PartnerError,
    PermissionMissing,
    Unavailable,
)  # fmt: skip
from ..models import AdAccount, Connection, CustomAudience, Pausable
from ..partner import (
    AccountFacts,
    Cells,
    Farewell,
    Finding,
    Load,
    Parcel,
    Partner,
    Person,
    Reading,
    Receipt,
    Requirement,
    Standing,
)
from . import (
    app_review,
    audience_words,
    checks,
    fields,
    ills,
    probing,
    reading,
    removal,
    requirements,
    standing,
    users,
    views,
)  # fmt: skip
from .graph import Graph, Reply
from .match_fields import normalise
from .pace import learn_pace, note_pace

CREATING = 30
"""For making an audience, and for each search of one: three of them stay within the lease."""


class Facebook(Partner):
    key = "facebook"
    label = "Facebook"
    template = "integrations/facebook.html"
    asks_for = "System user token"
    most_audiences = checks.MOST_AUDIENCES
    by_hand = requirements.BY_HAND
    guide = ("The way through App Review, step by step", "integrations:facebook_app_review")
    urls = (
        path("canvases/<int:pk>/steps/<slug:key>/rehearsal/", views.rehearse, name="facebook_rehearsal"),
        path("app-review/", app_review.page, name="facebook_app_review"),
    )
    identifying = frozenset({"EMAIL", "PHONE", "MADID", "EXTERN_ID"})

    @property
    def api(self) -> str:
        return f"Graph API {settings.FACEBOOK_GRAPH_VERSION}"

    def vitals(self, connection: Connection) -> list[Finding]:
        return standing.vitals(connection.facts)

    def requirements(
        self, connection: Connection | None, accounts: Sequence[AdAccount], ticks: requirements.Ticks, now: datetime
    ) -> list[Requirement]:
        return requirements.all_of(connection, accounts, ticks, now)

    def account_words(self, account: AdAccount) -> list[Finding]:
        return standing.of_account(account)

    def account_note(self, account: AdAccount) -> str:
        return standing.pace(account)

    def audience_size(self, audience: CustomAudience) -> str:
        return audience_words.size(audience.facts)

    def audience_note(self, audience: CustomAudience) -> Finding | None:
        return audience_words.note(audience.facts)

    def verify(self, token: str) -> Standing:
        return reading.verify(token)

    def trouble(self, connection: Connection, now: datetime) -> str:
        return next((problem.message for problem in checks.token_problems(connection, now)), "")

    def connection_ill(self, connection: Connection, now: datetime) -> Finding | None:
        return ills.of_connection(connection, now)

    def account_ill(self, account: AdAccount) -> Finding | None:
        return ills.of_account(account)

    def ad_accounts(self, token: str) -> list[AccountFacts]:
        return reading.ad_accounts(token)

    def read_audiences(self, token: str, ad_account: AdAccount) -> Reading:
        """Customer lists only: they alone count against the 500."""
        graph, rows = Graph(token, reading.SECONDS), []
        try:
            for reply in graph.pages(f"{ad_account.account_id}/customaudiences", fields=audience_words.FIELDS):
                learn_pace(ad_account, reply)
                rows += [row for row in reply.body.get("data", []) if row.get("subtype") == "CUSTOM"]
        except AudienceGone as error:
            raise AccessLost("", code=error.code, subcode=error.subcode, trace_id=error.trace_id) from None
        return audience_words.reading(rows)

    def create_audience(self, audience: CustomAudience) -> str:
        account = audience.ad_account
        body = {
            "name": audience.name, "subtype": "CUSTOM", "customer_file_source": "USER_PROVIDED_ONLY",
            "description": f"Filled by Audience Sync. Please keep this mark: {audience.mark}",
        }  # fmt: skip
        reply = Graph(token_of(account.connection), CREATING).post(f"{account.account_id}/customaudiences", body)
        note_pace(account, reply)
        if not reply.body.get("id"):
            raise Unavailable("Facebook's answer names no custom audience.")
        return str(reply.body["id"])

    def find_audience(self, audience: CustomAudience) -> str | None:
        graph = Graph(token_of(audience.ad_account.connection), CREATING)
        for reply in graph.pages(f"{audience.ad_account.account_id}/customaudiences", fields="id,description"):
            for row in reply.body.get("data", []):
                if audience.mark in (row.get("description") or ""):
                    return str(row["id"])
        return None

    def columns(self, chosen: Sequence[str]) -> Sequence[str]:
        return fields.columns(chosen)

    def fields_sent(self, chosen: Sequence[str], person: Person) -> Sequence[str]:
        country = person.values["country"]
        return [
            name
            for name in chosen
            if any(normalise(key, person.values[column], country) for key, column in fields.keys([name]))
        ]

    def pack(self, parcel: Parcel) -> Load:
        graph = Graph(token_of(parcel.audience.ad_account.connection), send_seconds())
        return UserRows(parcel.audience.ad_account, graph, users.packed(parcel))

    def identify(self, chosen: Sequence[str], people: Iterable[Person]) -> dict[int, Cells]:
        wanted, people = fields.keys(chosen), list(people)
        names, rows = [key for key, _ in wanted], users.rows_of(people, wanted)
        return {one.profile_id: dict(zip(names, row, strict=True)) for one, row in zip(people, rows, strict=True)}

    def remove(
        self, audience: CustomAudience, people: Mapping[int, Sequence[Cells]], session_id: int, seconds: float
    ) -> Farewell:
        account = audience.ad_account
        graph = Graph(token_of(account.connection), seconds)
        try:
            farewell, replies = removal.remove(graph, audience.partner_id, people, session_id)
        except AudienceGone as error:
            raise probing.gone_or_lost(account, error) from None
        except PermissionMissing as error:
            raise probing.token_or_task(account, error) from None
        for reply in replies:
            note_pace(account, reply)
        return farewell

    def probe(self, scope: Pausable) -> None:
        probing.probe(scope)


@dataclass
class UserRows(Load):
    """Rows on their way to `/<audience>/users`."""

    account: AdAccount
    graph: Graph
    packed: users.Packed
    replies: Sequence[Reply] = ()

    @property
    def filled(self) -> Mapping[str, bytes]:
        return self.packed.filled

    def post(self) -> Receipt:
        receipt, self.replies = users.add(self.graph, self.packed)
        return receipt

    def answered(self) -> None:
        for reply in self.replies:
            note_pace(self.account, reply)

    def explained(self, error: PartnerError) -> PartnerError:
        if isinstance(error, AudienceGone):
            return probing.gone_or_lost(self.account, error)
        return probing.token_or_task(self.account, error) if isinstance(error, PermissionMissing) else error


def send_seconds() -> float:
    """For one batch, the small parts that look for refused rows included: the lease must outlast them."""
    return settings.SYNC_LEASE_SECONDS * 0.8
