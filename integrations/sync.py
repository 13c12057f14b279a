"""Claim, send, settle: one batch at a time, no network inside a transaction."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models.functions import Coalesce

from audiences import changes

from . import outbox, partner, pauses, returning, settling
from .errors import Interrupted, PartnerError
from .models import Member, SyncBatch
from .outbox import Claim
from .partner import Parcel, Person, Receipt
from .settling import Roll

log = logging.getLogger(__name__)


def prepare(now: datetime) -> Counter:
    """What is due before sending: lost leases, probes, seals, clocks, giving up."""
    outbox.take_back(now)
    mended, sealed, _ = pauses.probe_due(now), outbox.seal(now), pauses.hold_all(now)
    return +Counter(scopes_mended=mended, batches_sealed=sealed, batches_given_up=outbox.give_up(now))


def send_one(now: datetime) -> Counter:
    """Sends the next batch; an empty counter when none is due."""
    claim = outbox.claim(now)
    if claim is None:
        return Counter()
    try:
        receipt, roll = deliver(claim)
    except PartnerError as error:
        log.warning("Batch %s was not sent: %s (code %s)", claim.batch.pk, error.kind, error.code)
        settling.fail(claim, error, now)
        return Counter(batches_failed=1)
    settling.settle(claim, receipt, roll, now)
    outbox.keep_pace(claim.batch.audience.ad_account, now)
    return Counter(batches_sent=1, rows_sent=receipt.rows)


def deliver(claim: Claim) -> tuple[Receipt, Roll]:
    """Reads the people as they are now and hands them to the partner; also which members they are.

    They are read while nobody is being changed or erased, and what was read is noted with them: see docs/semantics.md,
    "Erasure". A request must be over within its lease; it is not begun when reading took the better part of the rest.
    The attempt learns how long all took.
    """
    audience, began = claim.batch.audience, time.monotonic()
    its_partner = partner.of(audience.ad_account.connection)
    with changes.still():
        people, roll = people_of(claim, its_partner.columns(audience.fields))
        note_read(claim)
        roll.returned = returning.meet(audience, people, claim.attempt)
    try:
        if time.monotonic() - began > settings.SYNC_LEASE_SECONDS * 0.2:
            raise Interrupted("Reading the people took too long.")
        return its_partner.send(Parcel(audience, people, claim.attempt.session_id)), roll
    finally:
        claim.attempt.milliseconds = round(1000 * (time.monotonic() - began))


def note_read(claim: Claim) -> None:
    """From now on the people of this batch may be at the partner, under these match fields."""
    fields = sorted({*claim.batch.read_fields, *claim.batch.audience.fields})
    read_at = Coalesce("read_at", claim.attempt.started_at)
    SyncBatch.objects.filter(pk=claim.batch.pk).update(read_at=read_at, read_fields=fields)


def people_of(claim: Claim, columns: Sequence[str]) -> tuple[list[Person], Roll]:
    """One Person per profile, however many trips of hers are in the batch; and which members they are."""
    rows = Member.objects.filter(batch=claim.batch).order_by("pk")
    found: dict[int, Person] = {}
    roll = Roll()
    wanted = ["pk", "profile_id", "profile__external_id", *[f"profile__{name}" for name in columns]]
    for pk, profile, external_id, *values in rows.values_list(*wanted):
        if external_id is None:
            roll.erased.append(pk)
            continue
        roll.members[profile].append(pk)
        if profile not in found:
            texts = ["" if value is None else str(value) for value in values]
            found[profile] = Person(profile, dict(zip(columns, texts, strict=True)))
    return list(found.values()), roll
