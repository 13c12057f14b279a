"""Removals on their way: claimed together where they share an audience, sent, and settled or tried again.

The 13 hours of a batch don't hold here: a removal is tried until it is done. Only where the partner calls the audience
too small for it, every day for 30 days, it ends with a receipt that says so. This module writes every state of a
Removal but "came back" (see `returning`).
"""

import logging
import random
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from audiences import changes

from . import identities, partner, pauses, retry
from .errors import (
    AudienceGone,
    AudienceTooSmall,
    CellsUnreadable,
    Interrupted,
    PartnerError,
    RequestRefused,
    Unavailable,
)  # fmt: skip
from .models import Attempt, CustomAudience, Identity, Removal, SyncBatch, free
from .partner import Cells, Farewell
from .removals import unfinished

log = logging.getLogger(__name__)
State = Removal.State
TOGETHER = 1_000
"""People in one request, at most; each may have several rows."""
DAILY, GIVEN_UP_AFTER = timedelta(days=1), timedelta(days=30)
ITS_OWN = (AudienceTooSmall, RequestRefused)
"""Troubles of those who are asked for, not of the audience: fewer of them may pass."""
FREE = {"lease_token": None, "lease_until": None}


@dataclass
class Claim:
    """Leased removals of one audience. `asked` are those of them that the last request was about, `closed` those
    whose cells no key opens."""

    audience: CustomAudience
    removals: list[Removal]
    token: int
    asked: list[Removal] = field(default_factory=list)
    closed: set[int] = field(default_factory=set)


def passing(now: datetime) -> QuerySet[Removal]:
    """Those that no pause holds back. An audience that is gone holds nobody, so it holds back no removal either."""
    account = "audience__ad_account__"
    let = free(now, "audience__") | Q(audience__pause_kind=AudienceGone.__name__)
    waiting = Removal.objects.filter(state=State.WAITING, audience__state=CustomAudience.State.READY)
    return waiting.filter(let, free(now, account), free(now, f"{account}connection__"))


def awaiting(now: datetime) -> Exists:
    """A request that may put her in is not over."""
    link = Removal.awaited.through.objects.filter(removal=OuterRef("pk"))
    return Exists(link.filter(attempt__in=Attempt.objects.filter(unfinished(now))))


def due(now: datetime) -> QuerySet[Removal]:
    return passing(now).filter(~awaiting(now), lease_token=None, next_attempt_at__lte=now)


def next_due(now: datetime) -> datetime | None:
    """The earliest moment at which a removal has something to do; None when nothing waits."""
    free_ones = passing(now).filter(~awaiting(now), lease_token=None)
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    held = Removal.awaited.through.objects.filter(removal__in=passing(now)).values("attempt")
    over = Attempt.objects.filter(unfinished(now), pk__in=held).aggregate(at=Min("started_at"))["at"]
    leased = Removal.objects.filter(state=State.WAITING).aggregate(at=Min("lease_until"))["at"]
    moments = [free_ones.aggregate(at=Min("next_attempt_at"))["at"], leased, over and over + lease]
    return min((moment for moment in moments if moment), default=None)


def work(now: datetime) -> Counter:
    """One request, for the audience whose removal has waited longest; an empty counter when none is due."""
    take_back(now)
    began, claim = time.monotonic(), take(now) if due(now).exists() else None
    if claim is None:
        return Counter()
    try:
        farewell = send(claim, began)
    except PartnerError as error:
        facts = {"audience": claim.audience.pk}
        log.warning(
            "Removals from audience %s failed: %s (code %s)", claim.audience.pk, error.kind, error.code, extra=facts
        )
        fail(claim, error, now)
        return Counter(removals_failed=len(claim.asked or claim.removals))
    settle(claim, farewell, now)
    return Counter(people_removed=len(claim.asked) - len(farewell.refused))


def take(now: datetime) -> Claim | None:
    """Leases removals of one audience. Alone behind the gate, so that no batch is read for the same person
    meanwhile."""
    with changes.alone():
        first = due(now).order_by("next_attempt_at", "pk").values_list("audience", flat=True).first()
        rows = due(now).select_for_update(skip_locked=True, of=("self",)).filter(audience=first)
        removals = list(rows.order_by("next_attempt_at", "pk")[:TOGETHER])
        token = secrets.randbelow(2**62) + 1
        until = now + timedelta(seconds=settings.SYNC_LEASE_SECONDS)
        mine = Removal.objects.filter(pk__in=[one.pk for one in removals])
        mine.update(tries=F("tries") + 1, lease_token=token, lease_until=until)
    if not removals:
        return None
    return Claim(CustomAudience.objects.select_related("ad_account__connection").get(pk=first), removals, token)


def take_back(now: datetime) -> int:
    """Removals whose sender never came back are due again; what it sent may be sent once more, which is harmless."""
    lost = Removal.objects.filter(state=State.WAITING, lease_until__lt=now)
    return lost.update(lease_token=None, lease_until=None, next_attempt_at=now, cause=Interrupted.__name__)


def send(claim: Claim, began: float) -> Farewell:
    """All who are claimed, or, while the partner won't let them go together, the first half of them, down to one."""
    its_partner = partner.of(claim.audience.ad_account.connection)
    people = readable(claim)
    claim.closed = {one.pk for one in claim.removals} - people.keys()
    claim.asked = [one for one in claim.removals if one.pk in people]
    while claim.asked:
        left = settings.SYNC_LEASE_SECONDS * 0.8 - (time.monotonic() - began)
        if left <= 0:
            raise Unavailable("There was no time left to ask for fewer people.")
        some = {one.pk: people[one.pk] for one in claim.asked}
        try:
            return its_partner.remove(claim.audience, some, secrets.randbelow(2**62) + 1, left)
        except ITS_OWN:
            if len(claim.asked) == 1:
                raise
            claim.asked = claim.asked[: len(claim.asked) // 2]
    return Farewell()


def readable(claim: Claim) -> dict[int, list[Cells]]:
    """The rows of each; a removal with a row that no key opens is left out, and waits until the key is found."""
    found: dict[int, list[Cells]] = {one.pk: [] for one in claim.removals}
    closed = set()
    for identity, cells in identities.opened(Identity.objects.filter(removal__in=list(found))):
        found[identity.removal_id].append(cells or {})
        closed |= {identity.removal_id} if cells is None else set()
    return {pk: rows for pk, rows in found.items() if pk not in closed}


def settle(claim: Claim, farewell: Farewell, now: datetime) -> None:
    """Those who were asked for are out. The others who were claimed have their turn at once."""
    gone = [one for one in claim.asked if one.pk not in farewell.refused]
    with transaction.atomic():
        end(mine(claim, gone), State.REMOVED, now, trace_id=farewell.trace_id)
        for pk, reason in farewell.refused.items():
            refused = RequestRefused(reason, trace_id=farewell.trace_id)
            end(mine(claim, claim.asked).filter(pk=pk), State.LEFT, now, **told(refused))
        put_back(claim, now)
    if gone:
        pauses.forget(claim.audience, now)


def fail(claim: Claim, error: PartnerError, now: datetime) -> None:
    """As for batches the scope of the error is held back; in a transaction of its own, after this one."""
    scope = None if isinstance(error, ITS_OWN) else pauses.scope_of(claim.audience, error)
    with transaction.atomic():
        if isinstance(error, AudienceGone):
            end(mine(claim, claim.removals), State.REMOVED, now, **told(error))
        elif isinstance(error, AudienceTooSmall):
            wait_to_grow(mine(claim, claim.removals), error, now)
        else:
            tries = max(one.tries + 1 for one in claim.asked)
            again = now if scope else retry.next_attempt(now, tries, random.random(), error.wait)  # noqa: S311
            mine(claim, claim.asked).update(next_attempt_at=again, **told(error), **FREE)
        put_back(claim, now)
    if scope and not isinstance(error, AudienceGone):
        pauses.pause(scope, error, now)


def wait_to_grow(small: QuerySet[Removal], error: PartnerError, now: datetime) -> None:
    """If one can't go, nobody can."""
    small.filter(small_since=None).update(small_since=now)
    end(small.filter(small_since__lte=now - GIVEN_UP_AFTER), State.LEFT, now, **told(error))
    small.update(next_attempt_at=now + DAILY, **told(error), **FREE)


def put_back(claim: Claim, now: datetime) -> None:
    """Whatever is ours still: nobody was asked for it, or its cells can't be read."""
    asked = {one.pk for one in claim.asked}
    rest = mine(claim, [one for one in claim.removals if one.pk not in asked])
    closed = rest.filter(pk__in=claim.closed)
    closed.update(next_attempt_at=now + DAILY, **told(CellsUnreadable()), **FREE)
    rest.update(next_attempt_at=now, **FREE)


def end(removals: QuerySet[Removal], state: str, now: datetime, **result) -> None:
    """Its cells have done their work and go."""
    ended = list(removals.values_list("pk", flat=True))
    Identity.objects.filter(removal__in=ended).delete()
    result = {"cause": "", "cause_detail": ""} | result
    Removal.objects.filter(pk__in=ended).update(state=state, settled_at=now, **result, **FREE)


def start_afresh(audience: CustomAudience, now: datetime) -> None:
    """The audience is to be made again: nobody is in the old one any more, and nobody in the new one yet.

    Behind the gate, so that no erasure looks at it meanwhile.
    """
    end(audience.removals.filter(state=State.WAITING), State.REMOVED, now, **told(AudienceGone()))
    Identity.objects.filter(audience=audience, removal=None).delete()
    SyncBatch.objects.filter(audience=audience).update(read_at=None, read_fields=[])


def told(error: PartnerError) -> dict[str, str]:
    return {"cause": error.kind, "cause_detail": error.detail, "trace_id": error.trace_id}


def mine(claim: Claim, some: list[Removal]) -> QuerySet[Removal]:
    """Those that are ours still."""
    return Removal.objects.filter(pk__in=[one.pk for one in some], lease_token=claim.token, state=State.WAITING)
