"""Claim, send, settle: while requests are on the wire the next ones are made ready. No network inside a transaction.

One thread does all that concerns the database, and the hashing; the others only wait for the partner. How many
requests are under way at once grows with each that is accepted, and falls back to one by a failure: what is wrong with
a token or an audience is met by few, not by all who wait.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db.models import CharField, DateField, F, Value
from django.db.models.functions import Cast, Coalesce

from audiences import changes
from audiences.models import Profile

from . import outbox, partner, pauses, returning, settling
from .errors import Interrupted, PartnerError
from .manifests import Filled, spread
from .models import Member, SyncBatch
from .outbox import Claim
from .partner import Load, Parcel, People, Receipt
from .settling import Roll
from .uncollected import uncollected

log = logging.getLogger(__name__)
AT_ONCE = 6
"""Requests under way in one process, at most. Each holds up to 10 MB, and takes a second or more at Facebook."""
TURN = 3.0
"""Seconds after which the rest is left to the next pass."""


def prepare(now: datetime) -> Counter:
    """What is due before sending: lost leases, probes, seals, clocks, giving up."""
    outbox.take_back(now)
    mended, sealed, _ = pauses.probe_due(now), outbox.seal(now), pauses.hold_all(now)
    return +Counter(scopes_mended=mended, batches_sealed=sealed, batches_given_up=outbox.give_up(now))


@dataclass
class Flight:
    """A claimed batch, packed. `began` (monotonic): when its people were about to be read."""

    claim: Claim
    load: Load
    roll: Roll
    began: float

    def post(self) -> Receipt:
        """In a thread. It is not begun when reading took the better part of what the lease leaves beside it. The
        attempt learns how long all took."""
        try:
            if time.monotonic() - self.began > settings.SYNC_LEASE_SECONDS * 0.2:
                raise Interrupted("Reading the people took too long.")
            return self.load.post()
        finally:
            self.claim.attempt.milliseconds = round(1000 * (time.monotonic() - self.began))


@dataclass
class Sender:
    """Sends from pass to pass; `at_once` is how many requests may be under way now."""

    at_once: int = 1
    flying: dict[Future, Flight] = field(default_factory=dict)

    def work(self, clock: Callable[[], datetime]) -> Counter:
        """Sends what is due until nothing is, or the turn is over. What was answered is settled before more is read:
        it holds memory until then."""
        done, end, is_over = Counter(), time.monotonic() + TURN, False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while True:
                is_full = len(self.flying) >= self.at_once or any(map(Future.done, self.flying))
                claim = None if is_over or is_full else outbox.claim(clock())
                is_over = time.monotonic() > end
                if claim:
                    done += self.take_off(claim, pool, clock)
                elif self.flying:
                    done += self.land(clock)
                else:
                    return done

    def take_off(self, claim: Claim, pool: ThreadPoolExecutor, clock: Callable[[], datetime]) -> Counter:
        try:
            flight = packed(claim)
        except PartnerError as error:
            return self.failed(claim, error, clock())
        self.flying[pool.submit(flight.post)] = flight
        return Counter()

    def land(self, clock: Callable[[], datetime]) -> Counter:
        """Settles what was answered."""
        done = Counter()
        for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
            flight = self.flying.pop(future)
            try:
                receipt = future.result()
            except PartnerError as error:
                done += self.failed(flight.claim, flight.load.explained(error), clock())
            else:
                done += self.sent(flight, receipt, clock())
        return done

    def sent(self, flight: Flight, receipt: Receipt, now: datetime) -> Counter:
        self.at_once = min(AT_ONCE, self.at_once + 1)
        flight.load.answered()
        settling.settle(flight.claim, receipt, flight.roll, now)
        outbox.keep_pace(flight.claim.batch.audience.ad_account, now)
        return Counter(batches_sent=1, rows_sent=receipt.rows)

    def failed(self, claim: Claim, error: PartnerError, now: datetime) -> Counter:
        self.at_once = 1
        facts = {"batch": claim.batch.pk, "audience": claim.batch.audience_id}
        log.warning("Batch %s was not sent: %s (code %s)", claim.batch.pk, error.kind, error.code, extra=facts)
        settling.fail(claim, error, now)
        return Counter(batches_failed=1)


def packed(claim: Claim) -> Flight:
    """Reads the people as they are now, and makes the request of them; also which members they are.

    They are read while nobody is being changed or erased, and what was read is noted with them: see docs/semantics.md,
    "Erasure".
    """
    audience, began = claim.batch.audience, time.monotonic()
    its_partner = partner.of(audience.ad_account.connection)
    with uncollected():
        with changes.still():
            people, roll = people_of(claim, its_partner.columns(audience.fields))
            note_read(claim)
            roll.returned = returning.meet(audience, people, claim.attempt)
        load = its_partner.pack(Parcel(audience, people, claim.attempt.session_id))
        roll.filled = in_seats(load.filled, people, roll)
        return Flight(claim, load, roll, began)


def in_seats(filled: Filled, people: People, roll: Roll) -> Filled:
    """By member, where that is something else than by profile: somebody's second trip, or somebody erased."""
    if len(people) == len(roll.everybody):
        return filled
    theirs = dict(zip(roll.members, roll.profiles, strict=True))
    return spread(filled, people.profiles, list(map(theirs.get, roll.everybody)))


def note_read(claim: Claim) -> None:
    """From now on the people of this batch may be at the partner, under these match fields."""
    fields = sorted({*claim.batch.read_fields, *claim.batch.audience.fields})
    read_at = Coalesce("read_at", claim.attempt.started_at)
    SyncBatch.objects.filter(pk=claim.batch.pk).update(read_at=read_at, read_fields=fields)


def people_of(claim: Claim, columns: Sequence[str]) -> tuple[People, Roll]:
    """Every profile once, however many trips of hers are in the batch; and which members they are."""
    seats = dict(Member.objects.filter(batch=claim.batch).order_by("entry").values_list("pk", "profile_id"))
    found = values_of(claim, seats, columns)
    known = {member: profile for member, profile in seats.items() if profile in found}
    profiles = list(dict.fromkeys(known.values()))
    values = zip(*map(found.__getitem__, profiles), strict=True) if profiles else [()] * (1 + len(columns))
    read = dict(zip(["pk", *columns], values, strict=True))
    return People(read.pop("pk"), read), Roll(list(known), list(known.values()), list(seats))


def values_of(claim: Claim, seats: Mapping[int, int | None], columns: Sequence[str]) -> dict[int, tuple]:
    """By profile, its key and these columns. People who came together mostly are neighbours: a range of rows is read
    quicker on PostgreSQL than a join."""
    wanted = sorted(profile for profile in seats.values() if profile is not None)
    theirs = Profile.objects.filter(pk__in=Member.objects.filter(batch=claim.batch).values("profile"))
    if wanted and wanted[-1] - wanted[0] < 2 * len(wanted):
        theirs = Profile.objects.filter(pk__range=(wanted[0], wanted[-1]))
    return {row[0]: row for row in theirs.order_by().values_list("pk", *map(text, columns))}


def text(column: str) -> Coalesce | F:
    """As a text, made by the database: a date costs more than all others together where Python reads it."""
    is_date = isinstance(Profile._meta.get_field(column), DateField)
    return Coalesce(Cast(column, CharField()), Value("")) if is_date else F(column)
