"""Reading anew how a connection stands: before a launch within seconds, and all there is when somebody asks."""

import time
from datetime import datetime
from functools import partial

from django.db.models import Min, QuerySet

from . import audience_lists, known, partner, pauses
from .at_once import result, together
from .connecting import EVERY, note_accounts, note_standing, token_of
from .errors import KINDS, PartnerError, TokenRejected
from .models import Connection, faulty

SECONDS = 10.0
"""For all that a launch reads at a partner, together."""
PROBE_SECONDS = 15


def due() -> QuerySet[Connection]:
    """Those that are checked by themselves. What a fault holds back is probed instead."""
    return Connection.objects.filter(check_at__isnull=False, secret__isnull=False).exclude(faulty())


def next_due() -> datetime | None:
    return due().aggregate(at=Min("check_at"))["at"]


def check_due(now: datetime) -> int:
    """Looks at what was not looked at for an hour: token, accounts, terms, and the custom audiences that were made
    here. Whoever moves the time on does it; a crash in the middle of it means that it is done an hour later."""
    done = 0
    for connection in due().filter(check_at__lte=now):
        if Connection.objects.filter(pk=connection.pk, check_at=connection.check_at).update(check_at=now + EVERY):
            check(connection, now)
            done += 1
    return done


def refresh(connection: Connection, account_ids: set[str], now: datetime) -> None:
    """Reads the standing, the accounts, and the room in those named, within SECONDS. Never raises for the partner's
    trouble: it becomes a state of the connection."""
    end = time.monotonic() + SECONDS
    try:
        token = token_of(connection)
        read_standing(connection, token, end, now)
        audience_lists.count(
            connection.ad_accounts.filter(account_id__in=account_ids, accessible=True), token, end, now
        )
    except TokenRejected as error:
        note_standing(connection, connection.facts | known.against(error), now)
    except PartnerError as error:
        trouble = {"trouble": error.kind, "detail": error.detail}
        note_standing(connection, connection.facts | trouble, now, reachable=False)


def read_standing(connection: Connection, token: str, end: float, now: datetime) -> None:
    its_partner = partner.of(connection)
    reads = partial(its_partner.verify, token), partial(its_partner.ad_accounts, token)
    standing, accounts = together(end, *reads)
    note_standing(connection, result(standing).facts | {"valid": True}, now)
    note_accounts(connection, result(accounts), now)


def check(connection: Connection, now: datetime) -> None:
    """Somebody wants to know now: reads all there is to read, and probes whatever a fault holds back."""
    refresh(connection, set(), now)
    if connection.facts.get("valid") is False and not connection.is_faulty:
        refusal = KINDS[connection.facts.get("refusal", TokenRejected.__name__)]
        pauses.pause(connection, refusal(connection.facts.get("reason", "")), now)
    elif connection.reachable:
        audience_lists.look(connection.ad_accounts.filter(accessible=True), now)
        pauses.probe_within(connection, now, PROBE_SECONDS)
    connection.refresh_from_db()
