"""People on their way out one by one: handed over, claimed, sent, settled. Here the state of a Dispatch is written.

A claim commits the lease before anything leaves, nothing leaves inside a transaction, and each is settled right after
it was sent. So a crash repeats what was on its way at that moment, and nothing else. See docs/decisions/0010.
"""

import logging
import random
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from audiences.models import Profile
from canvas.insert_select import insert_select
from canvas.models import Cohort, Entry, Step

from . import retry
from .channels import CHANNELS, Addressee, Channel, Interrupted, NotSent, Unaddressed, Unforeseen
from .dispatch_models import Dispatch, Outlet

log = logging.getLogger(__name__)
TURN = 3.0
"""Seconds after which an outlet leaves the rest to the next pass."""
IN_A_ROW = 5
"""So many failures one after the other are not about single people any more: the outlet is held back."""
ERASED = "Erased before it was sent."
State = Dispatch.State
WAITING = Q(state=State.WAITING)


@dataclass(frozen=True)
class Claim:
    """A leased dispatch, what is to be sent, and when it was claimed."""

    dispatch: Dispatch
    made: Any
    at: datetime


def outlet_of(step: Step, channel: str, chosen: Mapping[str, Any]) -> Outlet:
    """The step's outlet, with these settings from now on."""
    fresh = {"channel": channel, "settings": dict(chosen)}
    outlet, made = Outlet.objects.get_or_create(step=step, defaults=fresh)
    if not made and (outlet.channel, outlet.settings) != (channel, dict(chosen)):
        outlet.channel, outlet.settings = channel, dict(chosen)
        outlet.save(update_fields=["channel", "settings"])
    return outlet


def enqueue(outlet: Outlet, cohorts: QuerySet[Cohort], now: datetime) -> int:
    """Something is to be sent to everybody in `cohorts`. Runs in the transaction that moves them on."""
    columns = {"outlet": outlet.pk, "entry": "pk", "profile": "profile_id", "came_at": now, "next_attempt_at": now}
    if outlet.held_since:
        columns["clock_at"] = now
    return insert_select(Dispatch, columns, Entry.objects.filter(cohort__in=cohorts).order_by("pk"))


def due(now: datetime) -> QuerySet[Dispatch]:
    """What may be sent, those included whose sender never came back."""
    return Dispatch.objects.filter(WAITING, next_attempt_at__lte=now)


def free(now: datetime, path: str = "") -> Q:
    return Q(**{f"{path}held_until": None}) | Q(**{f"{path}held_until__lte": now})


def work(clock: Callable[[], datetime]) -> Counter:
    """Gives up what was tried for long enough; then the outlet that waited longest has its turn."""
    now = clock()
    done = Counter(given_up=give_up(now))
    waiting = Exists(due(now).filter(outlet=OuterRef("pk")))
    rows = Outlet.objects.filter(free(now), waiting, channel__in=CHANNELS)
    outlet = rows.order_by(F("turn_at").asc(nulls_first=True), "pk").first()
    return +(done + take_turn(outlet, clock)) if outlet else +done


def take_turn(outlet: Outlet, clock: Callable[[], datetime]) -> Counter:
    """Sends what is due of the outlet, until that is all, the turn is over, or something holds it back.

    The clock is asked again each time: a lease that began with the pass might be over before anything is sent."""
    Outlet.objects.filter(pk=outlet.pk).update(turn_at=clock())
    channel, end, done = CHANNELS[outlet.channel], time.monotonic() + TURN, Counter()
    with channel.opened() as send:
        while part := claim(outlet, channel, clock()):
            made = [one for one in part if one.made is not None]
            done += Counter(not_to_be_sent=len(part) - len(made))
            for one, result in sent(made, send):
                done[settle(one, result, outlet, clock())] += 1
            if outlet.is_held(part[0].at) or time.monotonic() > end:
                break
    return done


@transaction.atomic
def claim(outlet: Outlet, channel: Channel, now: datetime) -> list[Claim]:
    """Leases the next ones and makes what is to be sent to them, as they are now. Who is not to be sent anything is
    settled at once. Whoever is being erased at this moment is locked, and passed by."""
    rows = due(now).filter(outlet=outlet).select_for_update(skip_locked=True).order_by("next_attempt_at", "pk")
    part = list(rows[: channel.at_once])
    people = Profile.objects.in_bulk({one.profile_id for one in part if one.profile_id})
    contexts = dict(Entry.objects.filter(pk__in=[one.entry_id for one in part]).values_list("pk", "context"))
    made = []
    for one in part:
        note_interrupted(one, now)
        what = make(outlet, channel, one, people.get(one.profile_id), contexts.get(one.entry_id) or {}, now)
        made.append(Claim(one, what, now))
    fields = ["state", "cause", "clock_at", "tries", "attempts", "lease_token", "next_attempt_at", "settled_at"]
    Dispatch.objects.bulk_update(part, fields)
    return made


def note_interrupted(one: Dispatch, now: datetime) -> None:
    """Whoever sent it last never came back: like any failure that starts the clock."""
    if one.lease_token:
        began = one.next_attempt_at - timedelta(seconds=settings.SYNC_LEASE_SECONDS)
        one.tries, one.clock_at, one.cause = one.tries + 1, one.clock_at or began, str(Interrupted())


def make(outlet: Outlet, channel: Channel, one: Dispatch, person: Profile | None, context: dict, now: datetime) -> Any:
    """What to send, the dispatch leased for it; or None, the dispatch settled."""
    try:
        if person is None:
            raise Unaddressed(State.WITHDRAWN, ERASED)
        made = channel.make(outlet, Addressee(person, context, one.pk))
    except Unaddressed as none:
        end(one, none.state, none.cause, now)
        return None
    except NotSent as fault:
        end(one, State.FAILED, str(fault), now)
        return None
    except Error:  # of the database: not about this one
        raise
    except Exception as error:
        log.error("Dispatch %s could not be made, in a way that nobody foresaw: %s", one.pk, type(error).__name__)
        end(one, State.FAILED, str(Unforeseen(type(error).__name__)), now)
        return None
    one.attempts, one.lease_token = one.attempts + 1, secrets.randbelow(2**62) + 1
    one.next_attempt_at = now + timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    return made


def end(one: Dispatch, state: State, cause: str, now: datetime) -> None:
    one.state, one.cause, one.settled_at = state, cause[:255], now
    one.next_attempt_at = one.lease_token = None


def sent(claims: Sequence[Claim], send: Callable[[Any], int | None]) -> Iterator[tuple[Claim, int | NotSent | None]]:
    """Each as soon as it is answered: the answer's code, or what went wrong."""
    if len(claims) < 2:
        yield from ((one, attempt(send, one.made)) for one in claims)
        return
    with ThreadPoolExecutor(len(claims)) as pool:
        futures = {pool.submit(attempt, send, one.made): one for one in claims}
        yield from ((futures[future], future.result()) for future in as_completed(futures))


def attempt(send: Callable[[Any], int | None], made: Any) -> int | NotSent | None:
    """Whatever goes wrong, the pass goes on. What an error says may hold what was sent: only its name is kept."""
    try:
        return send(made)
    except NotSent as fault:
        return fault
    except Exception as error:
        log.error("Sending failed in a way that nobody foresaw: %s", type(error).__name__)
        return Unforeseen(type(error).__name__)


def settle(one: Claim, result: int | NotSent | None, outlet: Outlet, now: datetime) -> str:
    """What came of it. Where the lease was lost, whoever holds it now settles. A success that was on its way before the
    outlet was held back says nothing of now, and doesn't release it."""
    if isinstance(result, NotSent):
        fail(one, result, outlet, now)
        return "not_sent"
    mine(one.dispatch).update(
        state=State.SENT, settled_at=now, status=result, cause="", next_attempt_at=None, lease_token=None
    )
    if (outlet.failures or outlet.held_until) and not outlet.is_held(one.at):
        release(outlet)
    return "sent"


def mine(one: Dispatch) -> QuerySet[Dispatch]:
    return Dispatch.objects.filter(WAITING, pk=one.pk, lease_token=one.lease_token)


def fail(claimed: Claim, fault: NotSent, outlet: Outlet, now: datetime) -> None:
    """It is tried again, unless that can't help; and what stops everybody holds back the outlet."""
    one = claimed.dispatch
    log.warning("Dispatch %s was not sent: %s (code %s)", one.pk, type(fault).__name__, fault.status)
    told = {"cause": str(fault)[:255], "status": fault.status, "lease_token": None}
    if fault.final:
        mine(one).update(state=State.FAILED, settled_at=now, next_attempt_at=None, **told)
        return
    at = now if fault.holds else retry.next_attempt(now, one.tries + 1, random.random(), fault.wait)  # noqa: S311
    if not fault.throttles:
        told |= {"tries": F("tries") + 1, "clock_at": Coalesce("clock_at", Value(claimed.at))}
    mine(one).update(next_attempt_at=at, **told)
    outlet.failures += 1
    if (fault.holds or outlet.failures >= IN_A_ROW) and not outlet.is_held(claimed.at):
        hold(outlet, fault, now)
    else:
        Outlet.objects.filter(pk=outlet.pk).update(failures=outlet.failures)


@transaction.atomic
def hold(outlet: Outlet, fault: NotSent, now: datetime) -> None:
    """Nobody of it is tried for a while, longer each time. The clock of all who wait begins, but not by a throttle. Of
    several that were on their way together the first one tells."""
    outlet.holds += 1
    outlet.held_until = retry.next_attempt(now, outlet.holds, random.random(), fault.wait)  # noqa: S311
    outlet.held_for = str(fault)[:255]
    if not fault.throttles:
        outlet.held_since = outlet.held_since or now
        Dispatch.objects.filter(WAITING, outlet=outlet, clock_at=None).update(clock_at=now)
    outlet.save(update_fields=["holds", "failures", "held_since", "held_until", "held_for"])


@transaction.atomic
def release(outlet: Outlet) -> None:
    """It goes out again. Whose clock began by the hold alone starts anew."""
    if outlet.held_since:
        Dispatch.objects.filter(WAITING, outlet=outlet, tries=0, clock_at__isnull=False).update(clock_at=None)
    outlet.failures, outlet.holds, outlet.held_since, outlet.held_until, outlet.held_for = 0, 0, None, None, ""
    outlet.save(update_fields=["failures", "holds", "held_since", "held_until", "held_for"])


def give_up(now: datetime) -> int:
    """Who was tried for the whole time has failed, the cause kept. What could be sent this very moment is tried once
    more before; not so what cuts off its sender: it would be tried for ever."""
    limit = now - timedelta(hours=settings.SYNC_RETRY_HOURS)
    late = Dispatch.objects.filter(WAITING, clock_at__lte=limit).exclude(Dispatch.leased(now))
    once_more = late.filter(free(now, "outlet__"), next_attempt_at__lte=now, lease_token=None)
    lost = {"state": State.FAILED, "settled_at": now, "next_attempt_at": None, "lease_token": None}
    cut_off = late.filter(lease_token__isnull=False).update(**lost, cause=str(Interrupted()))
    held = Outlet.objects.filter(pk=OuterRef("outlet")).values("held_for")
    return cut_off + late.exclude(pk__in=once_more.values("pk")).update(**lost, cause=told(held))


def told(held: QuerySet) -> Coalesce:
    """Its own cause; of what was never tried, what held back its outlet."""
    own = Subquery(Dispatch.objects.filter(pk=OuterRef("pk")).exclude(cause="").values("cause"))
    return Coalesce(own, Subquery(held))


def next_due(now: datetime) -> datetime | None:
    """The earliest moment at which there is something to do; None when nothing waits."""
    first = Dispatch.objects.filter(WAITING, outlet=OuterRef("pk")).order_by("next_attempt_at")
    rows = Outlet.objects.filter(channel__in=CHANNELS).annotate(at=Subquery(first.values("next_attempt_at")[:1]))
    moments = [max(at, held or at) for at, held in rows.exclude(at=None).values_list("at", "held_until")]
    clock = Dispatch.objects.filter(WAITING, clock_at__isnull=False).aggregate(at=Min("clock_at"))["at"]
    if clock:
        moments.append(clock + timedelta(hours=settings.SYNC_RETRY_HOURS))
    return min(moments, default=None)
