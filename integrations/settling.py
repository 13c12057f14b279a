"""What comes of an attempt: the batch is settled as one row (and rows only for exceptions), or it is tried again."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from . import halving, known, manifests, pauses, retry, returning
from .errors import PartnerError, RequestRefused
from .manifests import Filled
from .models import Member, SyncBatch
from .outbox import Claim, mine
from .partner import Receipt
from .returning import Returned

CHUNK = 5_000
BOTH_HALVES = "Both halves of a batch were refused, so it is not the data of one person."
Verdict = Member.Verdict


@dataclass
class Roll:
    """Which members of a batch each profile is, as they were read: somebody may be erased before the answer comes.

    `profiles` stand beside their `members`, one for each; `everybody` are all members, in the order of their entries.
    `returned` are people whom a removal still waits for. `filled`: with which fields `everybody` is sent.
    """

    members: Sequence[int] = ()
    profiles: Sequence[int] = ()
    everybody: Sequence[int] = ()
    returned: Returned = field(default_factory=dict)
    filled: Filled = field(default_factory=dict)

    @property
    def erased(self) -> list[int]:
        """Members who had no profile any more when their batch was read."""
        if len(self.everybody) == len(self.members):
            return []
        known = set(self.members)
        return [member for member in self.everybody if member not in known]


def settle(claim: Claim, receipt: Receipt, roll: Roll, now: datetime) -> bool:
    """The partner took it.

    False: the lease had been lost, and whoever holds it now will settle.
    """
    settled = write(claim, receipt, roll, now)
    if settled:
        pauses.forget(claim.batch.audience, now)
        if claim.batch.parent_id:
            halving.follow(claim.batch, now)
    return settled


@transaction.atomic
def write(claim: Claim, receipt: Receipt, roll: Roll, now: datetime) -> bool:
    batch = mine(claim)
    if batch is None:
        return False
    batch.missing = judge(batch, members_of(receipt.missing, roll), Verdict.MISSING)
    batch.refused = sum(
        judge(batch, members_of(profiles, roll), Verdict.REFUSED, reason[:255])
        for reason, profiles in by_reason(receipt).items()
    )
    batch.withdrawn = judge(batch, roll.erased, Verdict.WITHDRAWN)
    batch.rejected_unnamed = receipt.unnamed
    batch.state, batch.settled_at = SyncBatch.State.DONE, now
    batch.cause = batch.cause_detail = ""
    batch.lease_token = batch.lease_until = None
    batch.save()
    manifests.keep(batch, roll.filled)
    finish(claim, now, outcome="accepted", **facts(receipt))
    returning.note(roll.returned, now)
    return True


def members_of(profiles: Iterable[int], roll: Roll) -> list[int]:
    theirs = set(profiles)
    return [pk for pk, who in zip(roll.members, roll.profiles, strict=True) if who in theirs] if theirs else []


def by_reason(receipt: Receipt) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for profile, reason in receipt.refused.items():
        found[reason].append(profile)
    return found


def judge(batch: SyncBatch, members: Sequence[int], verdict: str, reason: str = "") -> int:
    parts = [members[at : at + CHUNK] for at in range(0, len(members), CHUNK)]
    return sum(batch.members.filter(pk__in=part).update(verdict=verdict, reason=reason) for part in parts)


def facts(receipt: Receipt) -> dict:
    names = ("rows", "received", "invalid", "trace_id", "api_version", "http_status")
    return {name: getattr(receipt, name) for name in names}


def fail(claim: Claim, error: PartnerError, now: datetime) -> bool:
    """The attempt failed: the batch waits, or its halves do, and the error's scope with it. False: the lease had been
    lost.

    The pause comes in a transaction of its own; a crash in between only means that the error is met once more.
    What is said of a token that was replaced meanwhile holds back nothing.
    """
    audience = claim.batch.audience
    scope = pauses.scope_of(audience, error)
    kept, following = put_back(claim, error, now, now if scope else None)
    if following is halving.Next.PAUSE:
        scope, error = audience, RequestRefused(f"{BOTH_HALVES} {error.detail}".strip())
    if kept and scope and not known.is_of_old_token(scope, claim.attempt.started_at):
        pauses.pause(scope, error, now)
    return kept


@transaction.atomic
def put_back(claim: Claim, error: PartnerError, now: datetime, at: datetime | None) -> tuple[bool, halving.Next | None]:
    """Whether the lease still was ours, and what halving makes of it."""
    batch = mine(claim)
    if batch is None:
        return False, None
    batch.tries += 1
    batch.cause, batch.cause_detail = error.kind, error.detail
    batch.lease_token = batch.lease_until = None
    batch.next_attempt_at = at or retry.next_attempt(now, batch.tries, random.random(), error.wait)  # noqa: S311
    if error.starts_clock:
        batch.clock_at = batch.clock_at or claim.attempt.started_at
    batch.save()
    finish(claim, now, outcome=error.kind, **trace(error))
    return True, halving.after(batch, error, now)


def trace(error: PartnerError) -> dict:
    return {
        "code": error.code, "subcode": error.subcode, "http_status": error.status, "trace_id": error.trace_id,
        "api_version": error.version, "rows": error.rows,
    }  # fmt: skip


def finish(claim: Claim, now: datetime, **result) -> None:
    rows = type(claim.attempt).objects.filter(pk=claim.attempt.pk)
    rows.update(finished_at=now, milliseconds=claim.attempt.milliseconds, **result)
