"""Every custom audience that was made here, how it stands at its partner, and how many people it got. Few queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet, Sum

from canvas.models import Canvas

from . import errors, partner, recreating
from .connecting import NO_TOKEN
from .health import holds
from .hourly import BATCHES
from .models import CustomAudience, Pausable, SyncBatch
from .numbers import sums

State = SyncBatch.State


@dataclass(frozen=True)
class Row:
    """`sent`: how many people the partner took, which its History tab should reflect."""

    audience: CustomAudience
    sent: int
    waiting: int
    words: str
    tone: str
    size: str
    note: partner.Finding | None

    @property
    def canvas(self) -> Canvas:
        return self.audience.step.canvas

    @property
    def icon(self) -> str:
        return {"good": "ok", "warn": "warn", "bad": "stop"}.get(self.tone, "unknown")

    @property
    def can_be_recreated(self) -> bool:
        return recreating.can_be(self.audience)

    @property
    def seen_at(self) -> datetime | None:
        """When the partner last told that it is there, where nothing is known to be wrong."""
        return self.audience.ad_account.listed_at if self.tone == "good" else None

    @property
    def told_now(self) -> bool:
        """What its partner said of it is still worth telling: what holds it back comes before."""
        return self.note is not None and self.tone == "good"


def found(search: str) -> QuerySet[CustomAudience]:
    """Those held back first, then the latest."""
    rows = CustomAudience.objects.select_related("ad_account__connection", "step__canvas")
    rows = rows.defer("step__canvas__document").order_by(F("paused_until").desc(nulls_last=True), "-created_at", "-pk")
    return rows.filter(Q(name__icontains=search) | Q(step__canvas__name__icontains=search)) if search else rows


def rows(audiences: Iterable[CustomAudience], now: datetime) -> list[Row]:
    counts = people_of(audiences)
    return [Row(one, *counts.get(one.pk, (0, 0)), *standing(one, now), *told(one)) for one in audiences]


def told(audience: CustomAudience) -> tuple[str, partner.Finding | None]:
    """What its partner said of it at the last reading."""
    its_partner = partner.of(audience.ad_account.connection)
    return its_partner.audience_size(audience), its_partner.audience_note(audience)


def people_of(audiences: Iterable[CustomAudience]) -> dict[int, tuple[int, int]]:
    """How many were sent and how many wait, by the audience's id. One statement."""
    waits = Sum(F("size") - F("withdrawn"), filter=BATCHES.waiting, default=0)
    first, *others = (
        rows.values_list("audience").annotate(sent=sums()["synced"], waits=waits).order_by()
        for rows in BATCHES.all_of(audience__in=[one.pk for one in audiences])
    )
    found: dict[int, tuple[int, int]] = {}
    for audience, sent, waiting in first.union(*others, all=True):
        before = found.get(audience, (0, 0))
        found[audience] = (before[0] + sent, before[1] + waiting)
    return found


def standing(audience: CustomAudience, now: datetime) -> tuple[str, str]:
    """Words and tone. What holds back its account or its connection is told, too: nobody can be added then."""
    label = partner.of(audience.ad_account.connection).label
    if audience.state == CustomAudience.State.CREATING:
        return ("Being made again" if audience.former_ids else "Not made yet", "warn" if audience.is_faulty else "off")
    account = audience.ad_account
    held = next((scope for scope in (audience, account, account.connection) if holds(scope, now)), None)
    return (sentence_of(held), tone_of(held)) if held else (f"At {label}", "good")


def sentence_of(held: Pausable) -> str:
    return NO_TOKEN if held.pause_detail == NO_TOKEN else errors.sentence(held.pause_kind)


def tone_of(scope: Pausable) -> str:
    return "bad" if scope.is_faulty else "warn"
