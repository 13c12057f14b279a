"""How a connection stands: what is held back, since when, who waits for it, and what depends on it. Few queries."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, Sum
from django.utils.functional import cached_property

from canvas.models import Canvas

from . import errors, partner, pauses, recreating, standing
from .connecting import NO_TOKEN
from .models import AdAccount, Connection, CustomAudience, Pausable, Removal, SyncBatch

NAMES = {Connection: "connection", AdAccount: "account", CustomAudience: "audience"}
SCOPES: Mapping[str, type[Pausable]] = {name: model for model, name in NAMES.items()}
State = SyncBatch.State


@dataclass(frozen=True)
class Trouble:
    """A scope that is held back: what is wrong, since when, how many wait for it, and the cure."""

    kind: str
    pk: int
    name: str
    headline: str
    detail: str
    cure: str
    since: datetime | None
    next_try: datetime
    waiting: int
    has_token: bool
    can_retry: bool
    can_recreate: bool = False
    error: str = ""
    """Its kind, by which Help knows it."""


@dataclass(frozen=True)
class Use:
    """A custom audience of a step, and who waits to get into it."""

    audience: CustomAudience
    waiting: int

    @property
    def canvas(self) -> Canvas:
        return self.audience.step.canvas


@dataclass(frozen=True)
class Overview:
    """One partner's connection with all that hangs on it."""

    key: str
    now: datetime

    @cached_property
    def connection(self) -> Connection | None:
        rows = standing.connections().select_related("secret__set_by").defer("secret__token")
        return rows.filter(partner=self.key).first()

    @property
    def secret(self):
        """The token's row without the token; None when there is none."""
        return getattr(self.connection, "secret", None)

    @cached_property
    def accounts(self) -> list[AdAccount]:
        return list(self.connection.ad_accounts.order_by("name", "account_id")) if self.connection else []

    @cached_property
    def waiting_by_audience(self) -> dict[int, int]:
        waiting = SyncBatch.objects.filter(state__in=[State.OPEN, State.SEALED])
        rows = waiting.filter(audience__ad_account__connection=self.connection).values("audience").order_by()
        return {row["audience"]: row["people"] for row in rows.annotate(people=Sum(F("size") - F("withdrawn")))}

    @cached_property
    def removals(self) -> dict[str, Any]:
        """How many removals wait (`n`), and since when the first of them does (`since`)."""
        theirs = Removal.objects.filter(state=Removal.State.WAITING, audience__ad_account__connection=self.connection)
        return theirs.aggregate(n=Count("pk"), since=Min("created_at"))

    @property
    def waiting(self) -> int:
        return sum(self.waiting_by_audience.values())

    @cached_property
    def uses(self) -> list[Use]:
        """Audiences of Canvases that may send, and any other that somebody waits for; the fullest first."""
        rows = CustomAudience.objects.filter(ad_account__connection=self.connection)
        wanted = rows.select_related("step__canvas", "ad_account").defer("step__canvas__document")
        waiting = self.waiting_by_audience
        found = [Use(row, waiting.get(row.pk, 0)) for row in wanted.order_by("step__canvas__name", "pk")]
        return sorted((use for use in found if use.waiting or may_send(use)), key=lambda use: -use.waiting)

    @cached_property
    def active(self) -> list[Use]:
        return [use for use in self.uses if may_send(use) and use.canvas.status == Canvas.Status.ACTIVE]

    @property
    def canvases(self) -> list[Canvas]:
        """Active Canvases that send through this connection, by name."""
        return sorted({use.canvas for use in self.active}, key=lambda canvas: canvas.name)

    @property
    def steps(self) -> int:
        return len({use.audience.step_id for use in self.active})

    @cached_property
    def canvases_by_account(self) -> Counter:
        pairs = {(use.audience.ad_account_id, use.audience.step.canvas_id) for use in self.uses}
        return Counter(account for account, _ in pairs)

    @cached_property
    def troubles(self) -> list[Trouble]:
        """The connection's own first, then where the most people wait."""
        audiences = (use.audience for use in self.uses)
        scopes = [self.connection, *self.accounts, *audiences] if self.connection else []
        found = [self.trouble(scope) for scope in scopes if holds(scope, self.now)]
        return sorted(found, key=lambda trouble: (trouble.kind != "connection", -trouble.waiting))

    def trouble(self, scope: Pausable) -> Trouble:
        return trouble(scope, sum(self.waiting_in(scope)), self.secret is not None)

    def waiting_in(self, scope: Pausable) -> Iterator[int]:
        for use in self.uses:
            if scope in (self.connection, use.audience, use.audience.ad_account):
                yield use.waiting


def may_send(use: Use) -> bool:
    return not use.audience.step.retired and use.canvas.status != Canvas.Status.ARCHIVED


def holds(scope: Pausable, now: datetime) -> bool:
    """A fault, or a throttle whose time is not over."""
    return scope.paused_until is not None and (scope.is_faulty or scope.paused_until > now)


def trouble(scope: Pausable, waiting: int, has_token: bool) -> Trouble:
    return Trouble(
        kind=NAMES[type(scope)], pk=scope.pk, name="" if isinstance(scope, Connection) else str(scope), **words(scope),
        since=scope.paused_since, next_try=scope.paused_until, waiting=waiting, has_token=has_token,
        can_retry=scope.is_faulty, can_recreate=isinstance(scope, CustomAudience) and recreating.can_be(scope),
    )  # fmt: skip


def troubles_of(audience: CustomAudience, now: datetime) -> list[Trouble]:
    """What holds back one custom audience, the widest first. It was read with its account, connection and secret."""
    account = audience.ad_account
    held = [scope for scope in (account.connection, account, audience) if holds(scope, now)]
    has_token = getattr(account.connection, "secret", None) is not None
    return [trouble(scope, people, has_token) for scope, people in waiting_in(held)]


def scopes_of(canvas: Canvas) -> list[Pausable]:
    """All that steps of this Canvas send through, each once, the widest first. One query."""
    rows = CustomAudience.objects.filter(step__canvas=canvas, step__retired=False)
    scopes: dict[tuple, Pausable] = {}
    for one in rows.select_related("ad_account__connection__secret").defer("ad_account__connection__secret__token"):
        around = (one.ad_account.connection, one.ad_account, one)
        scopes |= {(depth, scope.pk): scope for depth, scope in enumerate(around)}
    return [scope for _, scope in sorted(scopes.items())]


def troubles_in(canvas: Canvas, scopes: Sequence[Pausable], now: datetime) -> list[tuple[Trouble, partner.Partner]]:
    """What holds back steps of this Canvas, of these scopes of it, with its partner."""
    held = [scope for scope in scopes if holds(scope, now)]
    return [in_a_canvas(scope, people) for scope, people in waiting_in(held, Q(audience__step__canvas=canvas))]


def in_a_canvas(scope: Pausable, people: int) -> tuple[Trouble, partner.Partner]:
    connection = pauses.connection_of(scope)
    return trouble(scope, people, getattr(connection, "secret", None) is not None), partner.of(connection)


def waiting_in(scopes: Sequence[Pausable], inside: Q = Q()) -> Iterator[tuple[Pausable, int]]:  # noqa: B008
    """Each scope with how many people wait in it: one query for all, none where there is none."""
    people = F("size") - F("withdrawn")
    theirs = (Q(**{pauses.PATHS[type(scope)]: scope}) for scope in scopes)
    sums = {f"scope{n}": Sum(people, filter=one, default=0) for n, one in enumerate(theirs)}
    found = SyncBatch.objects.filter(inside, state__in=pauses.WAITING).aggregate(**sums) if sums else {}
    return zip(scopes, found.values(), strict=True)


def words(scope: Pausable) -> dict[str, str]:
    if scope.pause_detail == NO_TOKEN:
        return {"headline": NO_TOKEN, "detail": "", "cure": "Connect one: nobody is lost, and everything goes on."}
    kind = scope.pause_kind
    return {"headline": errors.sentence(kind), "detail": scope.pause_detail, "cure": errors.cure(kind), "error": kind}
