"""Scopes that are held back: the connection, an ad account, a custom audience.

A fault holds a scope until a probe (a GET, never a batch) finds it mended or somebody mends it; a throttle until its
time is up. While a fault holds a batch back its clock runs.
"""

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, Exists, F, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from canvas.models import Canvas

from . import creating, known, outbox, partner, retry
from .errors import KINDS, AudienceGone, PartnerError
from .models import THROTTLE, AdAccount, Connection, CustomAudience, Pausable, Removal, SyncBatch, faulty

PATHS = {CustomAudience: "audience", AdAccount: "audience__ad_account", Connection: "audience__ad_account__connection"}
SCOPES = (Connection, AdAccount, CustomAudience)
NAMES = {"connection": Connection, "ad_account": AdAccount, "audience": CustomAudience}
State = SyncBatch.State
WAITING = (State.OPEN, State.SEALED)
SECONDS = 15.0
"""How long one pass may probe: a network that swallows everything must not hold up what can be sent."""


def batches_in(scope: Pausable) -> QuerySet[SyncBatch]:
    return SyncBatch.objects.filter(**{PATHS[type(scope)]: scope})


def scope_of(audience: CustomAudience, error: PartnerError) -> Pausable | None:
    """What the error holds back; None: the batch alone."""
    account = audience.ad_account
    return {"audience": audience, "ad_account": account, "connection": account.connection}.get(error.scope)


def pause(scope: Pausable, error: PartnerError, now: datetime) -> None:
    """Holds the scope back, and the batches in it. Never call it while a batch is locked: scopes come last."""
    take_note(scope, error, now)
    scope.refresh_from_db()
    hold(scope, now)


@transaction.atomic
def take_note(scope: Pausable, error: PartnerError, now: datetime) -> None:
    """Each pause in a row is longer; of two errors at once the first one counts."""
    row = type(scope).objects.select_for_update().get(pk=scope.pk)
    if row.paused_until and row.paused_until > now and row.pause_kind == error.kind:
        return
    row.pauses += 1
    row.paused_since = row.paused_since or now
    row.paused_until = retry.next_attempt(now, row.pauses, random.random(), error.wait)  # noqa: S311
    row.pause_kind, row.pause_detail = error.kind, error.detail
    row.save(update_fields=["pauses", "paused_since", "paused_until", "pause_kind", "pause_detail"])
    if isinstance(row, Connection):
        known.refused(row, error)


def hold(scope: Pausable, now: datetime) -> int:
    """Batches that a fault holds back, open ones too: their clock starts, and the fault is their cause.

    Leased ones are left alone.
    """
    if not scope.is_faulty:
        return 0
    narrower = [faulty(f"{path}__") for model, path in PATHS.items() if SCOPES.index(model) > SCOPES.index(type(scope))]
    rows = batches_in(scope).filter(Q(clock_at=None) | ~Q(cause=scope.pause_kind), state__in=WAITING, lease_token=None)
    for other in narrower:
        rows = rows.exclude(other)
    began = Coalesce(F("clock_at"), Value(now, output_field=DateTimeField()))
    held = SyncBatch.objects.filter(pk__in=rows.filter(size__gt=0).values("pk"), state__in=WAITING, lease_token=None)
    return held.update(clock_at=began, cause=scope.pause_kind, cause_detail=scope.pause_detail)


def hold_all(now: datetime) -> int:
    """`hold` for every scope that a fault holds back; of two, the narrower is the cause."""
    return sum(hold(scope, now) for model in SCOPES for scope in model.objects.filter(faulty()))


def lift(scope: Pausable) -> None:
    """Lets the scope through again. Its `pauses` stay until something was really sent."""
    fields = {"paused_since": None, "paused_until": None, "pause_kind": "", "pause_detail": ""}
    type(scope).objects.filter(pk=scope.pk).update(**fields)


def forget(audience: CustomAudience, now: datetime) -> None:
    """Something was sent: what held back this audience, its account and its connection is over."""
    known.accepted(audience.ad_account.connection, now)
    for scope in (audience, audience.ad_account, audience.ad_account.connection):
        if scope.pauses or scope.paused_until:
            lift(scope)
            type(scope).objects.filter(pk=scope.pk).update(pauses=0)


@transaction.atomic
def resume(scope: Pausable, now: datetime) -> int:
    """Somebody mended it, or asks to try now: gives what is not given up a new clock, and lifts the pause."""
    released = outbox.release(batches_in(scope), now)
    lift(scope)
    type(scope).objects.filter(pk=scope.pk).update(pauses=0)
    return released


def ask_soon(scope: Pausable, now: datetime) -> None:
    """Whatever a fault holds back here, and around it, is probed in the next pass."""
    around = {CustomAudience: ("ad_account",), AdAccount: ("connection",), Connection: ()}[type(scope)]
    type(scope).objects.filter(faulty(), pk=scope.pk).update(paused_until=now)
    for wider in around:
        ask_soon(getattr(scope, wider), now)


def ask_soon_within(connection: Connection, now: datetime) -> None:
    """The token was replaced: it is asked at once whether accounts and audiences are mended with it."""
    accounts = AdAccount.objects.filter(connection=connection)
    accounts.filter(faulty()).update(paused_until=now)
    CustomAudience.objects.filter(faulty(), ad_account__in=accounts).update(paused_until=now)


def probe_due(now: datetime) -> int:
    """Probes every scope whose time has come; returns how many were mended. What it doesn't reach comes next time."""
    connections = Connection.objects.order_by("pk")
    due = partial(is_due, now=now)
    return sum(probe_some(one, now, SECONDS, due) for one in connections)


def is_due(scope: Pausable, now: datetime) -> bool:
    needed = not isinstance(scope, CustomAudience) or asked_about().filter(pk=scope.pk).exists()
    return scope.paused_until <= now and needed


def asked_about() -> QuerySet[CustomAudience]:
    """Those that a fault holds back, but where nobody can come any more and nobody waits: these only by a check."""
    waiting = SyncBatch.objects.filter(audience=OuterRef("pk"), state__in=WAITING, size__gt=0)
    leaving = Removal.objects.filter(audience=OuterRef("pk"), state=Removal.State.WAITING)
    can_come = Q(step__retired=False) & ~Q(step__canvas__status=Canvas.Status.ARCHIVED)
    being_made = Q(state=CustomAudience.State.CREATING)
    return CustomAudience.objects.filter(faulty()).filter(can_come | being_made | Exists(waiting) | Exists(leaving))


def probe_within(connection: Connection, now: datetime, seconds: float) -> int:
    """Probes what is held back in the connection now, whenever the next probe was due; returns how many were mended."""
    return probe_some(connection, now, seconds, lambda scope: True)


def probe_some(connection: Connection, now: datetime, seconds: float, wanted: Callable[[Pausable], bool]) -> int:
    """A connection that stays broken ends it: nothing below can be asked without it."""
    end, mended = time.monotonic() + seconds, 0
    for scope in held_back(connection):
        if time.monotonic() > end:
            break
        well = wanted(scope) and take_probe(scope, now) and probe(scope, now)
        mended += well
        if scope == connection and not well:
            break
    return mended


def held_back(connection: Connection) -> Iterator[Pausable]:
    """The connection and what is in it, widest first, where a fault holds it back."""
    yield from Connection.objects.filter(faulty(), pk=connection.pk)
    yield from AdAccount.objects.filter(faulty(), connection=connection).select_related("connection")
    audiences = CustomAudience.objects.filter(faulty(), ad_account__connection=connection)
    yield from audiences.select_related("ad_account__connection")


def take_probe(scope: Pausable, now: datetime) -> bool:
    """One worker probes: whoever moves the time on."""
    later = now + timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    rows = type(scope).objects.filter(pk=scope.pk, paused_until=scope.paused_until)
    return bool(rows.update(paused_until=later))


def probe(scope: Pausable, now: datetime) -> bool:
    """An audience that is to be made again is made: a crash in the middle of it is mended here."""
    wanted = isinstance(scope, CustomAudience) and scope.state == CustomAudience.State.CREATING
    if wanted and creating.is_taken(scope, now):
        return False
    try:
        creating.ensure_created(scope, now) if wanted else partner.of(connection_of(scope)).probe(scope)
    except PartnerError as error:
        not_made(scope, error, now) if wanted else not_mended(scope, error, now)
        return False
    resume(scope, now) if wanted else lift(scope)
    if isinstance(scope, Connection):
        known.accepted(scope, now, asked=True)
    return True


def not_mended(scope: Pausable, error: PartnerError, now: datetime) -> None:
    type(scope).objects.filter(pk=scope.pk).update(paused_until=now)
    pause(scope, error if is_about(scope, error) else as_before(scope, error), now)


def not_made(audience: CustomAudience, error: PartnerError, now: datetime) -> None:
    """It could not be made again yet: it stays held back, and says why. What is wrong with all of the account, or with
    the token, holds that back."""
    wider = scope_of(audience, error)
    if wider and wider != audience:
        pause(wider, error, now)
    CustomAudience.objects.filter(pk=audience.pk).update(paused_until=now)
    pause(audience, AudienceGone(f"Making it again did not work yet. {error}", wait=error.wait), now)


def is_about(scope: Pausable, error: PartnerError) -> bool:
    return NAMES.get(error.scope) is type(scope)


def as_before(scope: Pausable, error: PartnerError) -> PartnerError:
    """The probe failed for another reason (no network, say): the scope keeps its cause."""
    return KINDS[scope.pause_kind](scope.pause_detail, wait=error.wait)


def connection_of(scope: Pausable) -> Connection:
    if isinstance(scope, CustomAudience):
        return scope.ad_account.connection
    return scope.connection if isinstance(scope, AdAccount) else scope


def next_due(now: datetime) -> datetime | None:
    """When the next probe is due, or a throttle ends. What lies below a connection that is held back waits for it."""
    throttled = [model.objects.filter(pause_kind=THROTTLE, paused_until__gt=now) for model in SCOPES]
    rows = [
        Connection.objects.filter(faulty()),
        AdAccount.objects.filter(faulty()).exclude(faulty("connection__")),
        asked_about().exclude(faulty("ad_account__connection__")),
    ]
    moments = [some.aggregate(at=Min("paused_until"))["at"] for some in rows + throttled]
    return min((moment for moment in moments if moment), default=None)
