"""Who is next is leased, and what they are to be sent is made of how they are now; or they are settled at once."""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error, transaction

from audiences.models import Profile
from canvas.models import Entry

from .channels import Addressee, Channel, Interrupted, NotSent, Unaddressed, Unforeseen
from .dispatch_models import Dispatch, Outlet
from .dispatch_queue import State, due

log = logging.getLogger(__name__)
ERASED = "Erased before it was sent."


@dataclass(frozen=True)
class Claim:
    """A leased dispatch, what is to be sent, and when it was claimed."""

    dispatch: Dispatch
    made: Any
    at: datetime


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
