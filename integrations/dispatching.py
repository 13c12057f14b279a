"""People on their way out one by one: handed over, claimed, sent, settled. Here they are sent.

A claim commits the lease before anything leaves, nothing leaves inside a transaction, and each is settled right after
it was sent. So a crash repeats what was on its way at that moment, and nothing else. See docs/decisions/0010.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from typing import Any

from django.db import Error
from django.db.models import Exists, F, OuterRef

from . import dispatch_claims, dispatch_settling
from .channels import CHANNELS, NotSent, Unforeseen
from .dispatch_claims import Claim
from .dispatch_models import Outlet
from .dispatch_queue import due, free

log = logging.getLogger(__name__)
TURN = 3.0
"""Seconds after which an outlet leaves the rest to the next pass."""


def work(clock: Callable[[], datetime]) -> Counter:
    """Gives up what was tried for long enough; then the outlet that waited longest has its turn."""
    now = clock()
    done = Counter(given_up=dispatch_settling.give_up(now))
    waiting = Exists(due(now).filter(outlet=OuterRef("pk")))
    rows = Outlet.objects.filter(free(now), waiting, channel__in=CHANNELS)
    outlet = rows.order_by(F("turn_at").asc(nulls_first=True), "pk").first()
    return +(done + take_turn(outlet, clock)) if outlet else +done


def take_turn(outlet: Outlet, clock: Callable[[], datetime]) -> Counter:
    """Sends what is due of the outlet, until that is all, the turn is over, or something holds it back.

    The clock is asked again each time: a lease that began with the pass might be over before anything is sent."""
    Outlet.objects.filter(pk=outlet.pk).update(turn_at=clock())
    channel, over, done = CHANNELS[outlet.channel], time.monotonic() + TURN, Counter()
    with channel.opened() as send:
        while part := dispatch_claims.claim(outlet, channel, clock()):
            made = [one for one in part if one.made is not None]
            done += Counter(not_to_be_sent=len(part) - len(made)) + send_all(made, send, outlet, clock)
            if outlet.is_held(part[0].at) or time.monotonic() > over:
                break
    return done


def send_all(
    claims: Sequence[Claim], send: Callable[[Any], int | None], outlet: Outlet, clock: Callable[[], datetime]
) -> Counter:
    """Where the database fails one of them, the others are settled all the same: what left must not leave again."""
    done, failure = Counter(), None
    for one, result in sent(claims, send):
        try:
            done[dispatch_settling.settle(one, result, outlet, clock())] += 1
        except Error as error:
            failure = error
    if failure:
        raise failure
    return done


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
