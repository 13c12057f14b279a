"""People on their way out: they join the open batch, the batch is sealed, claimed, and settled or tried again.

This module writes every state of a SyncBatch. Members are added only under the batch's row lock while it is open, and
sealing takes the same lock, so nobody slips into a batch that is already being sent.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Min, OuterRef, Q, QuerySet, Subquery, When, Window
from django.db.models.functions import Coalesce, RowNumber

from canvas.insert_select import insert_select
from canvas.models import Cohort, Entry, Version

from .errors import Interrupted
from .models import AdAccount, Attempt, CustomAudience, Member, SyncBatch, free

HELD_BACK_OPEN = timedelta(minutes=15)
"""While its scope is paused a batch stays open so long, and fills, before it is sealed to wait."""

State = SyncBatch.State


@dataclass(frozen=True)
class Claim:
    """A leased batch and the attempt that was written for it."""

    batch: SyncBatch
    attempt: Attempt
    token: int


def enqueue(audience: CustomAudience, cohorts: QuerySet[Cohort], now: datetime) -> int:
    """Makes everybody in `cohorts` a member of the audience's open batch; what doesn't fit opens the next.

    Runs in the transaction that moves the cohorts on. Returns how many.
    """
    waiting = Entry.objects.filter(cohort__in=cohorts).order_by("pk")
    people = waiting.count()
    if not people:
        return 0
    close_if_been(audience, waiting, now)
    batch = batch_with_room(audience, now)
    for part in parts(waiting, people, settings.SYNC_BATCH_SIZE - batch.size):
        batch = batch if batch.state == State.OPEN else open_batch(audience, now)
        columns = {"batch": batch.pk, "entry": "pk", "profile": "profile_id"}
        fill(batch, insert_select(Member, columns, part), now)
    return people


def parts(waiting: QuerySet[Entry], people: int, room: int) -> Iterator[QuerySet[Entry]]:
    """The first `room` of those who wait, then as many as a batch takes, again and again, and who is left."""
    if people <= room:
        yield waiting
        return
    place = Window(RowNumber(), order_by="pk")
    each = waiting.annotate(beyond=(place - room) % settings.SYNC_BATCH_SIZE)
    since = 0
    for last in list(each.filter(beyond=0).values_list("pk", flat=True)):
        yield waiting.filter(pk__gt=since, pk__lte=last)
        since = last
    if (people - room) % settings.SYNC_BATCH_SIZE:
        yield waiting.filter(pk__gt=since)


def close_if_been(audience: CustomAudience, waiting: QuerySet[Entry], now: datetime) -> None:
    """By another version somebody may come to a step again: not into the batch in which they wait already."""
    if not Version.objects.filter(canvas__steps=audience.step_id, number__gt=1).exists():
        return
    batch = SyncBatch.objects.select_for_update().filter(audience=audience, state=State.OPEN).first()
    if batch and Member.objects.filter(batch=batch, entry__in=waiting.order_by().values("pk")).exists():
        batch.state, batch.sealed_at, batch.next_attempt_at = State.SEALED, now, now
        batch.save(update_fields=["state", "sealed_at", "next_attempt_at"])


def batch_with_room(audience: CustomAudience, now: datetime) -> SyncBatch:
    """The open batch, or the next one, where fewer may be in a batch than when it was opened."""
    batch = open_batch(audience, now)
    if batch.size < settings.SYNC_BATCH_SIZE:
        return batch
    fill(batch, 0, now)
    return open_batch(audience, now)


def open_batch(audience: CustomAudience, now: datetime) -> SyncBatch:
    """The audience's open batch, locked."""
    found = SyncBatch.objects.select_for_update().filter(audience=audience, state=State.OPEN).first()
    return found or SyncBatch.objects.create(audience=audience, created_at=now)


def fill(batch: SyncBatch, added: int, now: datetime) -> None:
    batch.size += added
    if batch.size >= settings.SYNC_BATCH_SIZE:
        batch.state, batch.sealed_at, batch.next_attempt_at = State.SEALED, now, now
    batch.save(update_fields=["size", "state", "sealed_at", "next_attempt_at"])


def seal(now: datetime) -> int:
    """Seals what may leave: at once when its audience has been quiet for the account's interval."""
    ready = [pk for pk, moment in sealing_times(now) if moment <= now]
    rows = SyncBatch.objects.filter(pk__in=ready, state=State.OPEN)
    return rows.update(state=State.SEALED, sealed_at=now, next_attempt_at=now) if ready else 0


def sealing_times(now: datetime) -> list[tuple[int, datetime]]:
    """(batch, when it is to be sealed) of every open batch: there is at most one an audience."""
    rows = SyncBatch.objects.filter(state=State.OPEN, size__gt=0)
    last, seconds = "audience__last_sent_at", "audience__ad_account__send_interval"
    passing = rows.filter(let_through(now)).values_list("pk", "created_at", last, seconds)
    held = rows.exclude(let_through(now)).values_list("pk", "created_at")
    times = [(pk, max(made, sent + timedelta(seconds=pause)) if sent else made) for pk, made, sent, pause in passing]
    return times + [(pk, made + HELD_BACK_OPEN) for pk, made in held]


def let_through(now: datetime) -> Q:
    """Batches that no pause holds back."""
    account, connection = "audience__ad_account__", "audience__ad_account__connection__"
    return free(now, "audience__") & free(now, account) & free(now, connection)


def in_pace(now: datetime) -> Q:
    """Near the partner's limits an account keeps a gap between its requests."""
    following = "audience__ad_account__next_send_at"
    return Q(**{following: None}) | Q(**{f"{following}__lte": now})


def keep_pace(account: AdAccount, now: datetime) -> None:
    """A request leaves, or was answered, which told the gap to the next one."""
    if account.gap or account.next_send_at:
        following = now + timedelta(seconds=account.gap) if account.gap else None
        AdAccount.objects.filter(pk=account.pk).update(next_send_at=following)


def sendable(now: datetime) -> QuerySet[SyncBatch]:
    waiting = SyncBatch.objects.filter(state=State.SEALED, next_attempt_at__lte=now, lease_until=None)
    return waiting.filter(let_through(now), in_pace(now), audience__state=CustomAudience.State.READY)


def in_turn() -> Case:
    """Within an audience, halves that were not tried yet go first, since they tell whether others are worth sending;
    what failed before goes last, so that it can't use up the audience's turns."""
    new_half = When(original__isnull=False, tries=F("parent__tries"), then=0)
    return Case(new_half, When(tries=0, then=1), default=2)


@transaction.atomic
def claim(now: datetime) -> Claim | None:
    """Leases the next batch, audiences taking turns, and writes the attempt before anything leaves.

    Who was never settled goes before those who are sent again.
    """
    turn, anew = (F(name).asc(nulls_first=True) for name in ("audience__last_sent_at", "settled_at"))
    rows = sendable(now).select_for_update(skip_locked=True, of=("self",)).order_by(turn, anew, in_turn(), "pk")
    batch = rows.select_related("audience__ad_account__connection").first()
    if batch is None:
        return None
    batch.attempts_made += 1
    batch.lease_token = secrets.randbelow(2**62) + 1
    batch.lease_until = now + timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    batch.save(update_fields=["attempts_made", "lease_token", "lease_until"])
    CustomAudience.objects.filter(pk=batch.audience_id).update(last_sent_at=now)
    keep_pace(batch.audience.ad_account, now)
    session = secrets.randbelow(2**63 - 1) + 1
    attempt = batch.attempts.create(number=batch.attempts_made, session_id=session, started_at=now)
    return Claim(batch, attempt, batch.lease_token)


def mine(leased: Claim) -> SyncBatch | None:
    """The batch, locked, if the lease still is ours: somebody else may have taken over a slow one."""
    rows = SyncBatch.objects.select_for_update().filter(pk=leased.batch.pk, lease_token=leased.token)
    return rows.filter(state=State.SEALED).first()


@transaction.atomic
def take_back(now: datetime) -> int:
    """Batches whose sender never came back may be claimed again; like any failure it starts the clock.

    A batch that kills whoever sends it would otherwise be tried for ever.
    """
    rows = SyncBatch.objects.select_for_update(skip_locked=True).filter(state=State.SEALED, lease_until__lt=now)
    return cut_off(list(rows.order_by("pk").values_list("pk", flat=True)), now)


def cut_off(ids: list[int], now: datetime) -> int:
    """Ends the leases of these locked batches: whoever sends them has lost them."""
    broken_off = Attempt.objects.filter(batch__in=ids, outcome="")
    began = broken_off.filter(batch=OuterRef("pk")).order_by("number").values("started_at")[:1]
    SyncBatch.objects.filter(pk__in=ids).update(
        clock_at=Coalesce("clock_at", Subquery(began)), tries=F("tries") + 1, lease_token=None, lease_until=None,
        cause=Interrupted.__name__, cause_detail="",
    )  # fmt: skip
    broken_off.update(outcome="lost", finished_at=now)
    return len(ids)


def give_up(now: datetime) -> int:
    """One set-wise update: what was retried for the whole time becomes User Not Synced, its cause kept.

    What could be sent this very moment is tried once more before: nobody is given up for a night without a worker. Not
    so what cuts off its sender: it would be tried for ever.
    """
    limit = now - timedelta(hours=settings.SYNC_RETRY_HOURS)
    late = SyncBatch.objects.filter(state=State.SEALED, clock_at__lte=limit, lease_until=None)
    once_more = sendable(now).exclude(cause=Interrupted.__name__)
    return late.exclude(pk__in=once_more.values("pk")).update(state=State.FAILED, settled_at=now)


def next_due(now: datetime) -> datetime | None:
    """The earliest moment at which a batch has something to do; None when nothing waits."""
    sealed = SyncBatch.objects.filter(state=State.SEALED)
    passing = sealed.filter(let_through(now), audience__state=CustomAudience.State.READY)
    moments = [moment for _, moment in sealing_times(now)]
    due = {"at": Min("next_attempt_at", filter=in_pace(now))}
    slow = {"slow": Min("audience__ad_account__next_send_at", filter=~in_pace(now))}
    moments.extend(passing.filter(lease_until=None).aggregate(**due, **slow).values())
    moments.extend(sealed.aggregate(lease=Min("lease_until"), clock=Min("clock_at")).values())
    if moments[-1]:
        moments[-1] += timedelta(hours=settings.SYNC_RETRY_HOURS)
    return min((moment for moment in moments if moment), default=None)


def release(waiting: QuerySet[SyncBatch], now: datetime) -> int:
    """Starts anew what is not given up: at once, with a new clock.

    By ids, the state asked outside: what is settled meanwhile PostgreSQL looks at again, but never inside a subquery.
    """
    rows = SyncBatch.objects.filter(pk__in=waiting.order_by().values("pk"), state__in=(State.OPEN, State.SEALED))
    return rows.update(clock_at=None, tries=0, next_attempt_at=now)
