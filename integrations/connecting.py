"""Connecting to a partner: a token is verified there before it is kept; if it is refused, what stood before stays.

Disconnecting removes the token alone: accounts, custom audiences and people stay for the next one.
"""

import contextlib
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import partial
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import transaction
from django.db.models import F

from config.team.models import User, record

from . import partner, pauses
from .errors import PartnerError, TokenRejected, Unavailable
from .models import AdAccount, Connection, ConnectionSecret, SyncBatch
from .partner import AccountFacts, Standing
from .secrets import fingerprint

NO_TOKEN = "No token is connected."  # noqa: S105
SECONDS = 10.0
"""For all that a launch reads at a partner, together."""
AT_ONCE = 8
CHECK_SECONDS = 15
"""How long one check may take to count rooms and to probe; what it doesn't reach keeps its last number."""


class TokenUnusable(ValueError):
    """What was entered can't be a token."""


def clean(token: str) -> str:
    """The token without the white space around it that pasting brings."""
    token = token.strip()
    if not token:
        raise TokenUnusable("No token was given. Paste the system user token.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise TokenUnusable("The token has blanks or odd characters inside: it was not copied whole. Copy it again.")
    if not 10 <= len(token) <= 1000:
        raise TokenUnusable("The token is too short or too long to be one. Copy it again.")
    return token


def connect(key: str, token: str, now: datetime, actor: User | None = None, via: str = "command line") -> Connection:
    """Verifies the token at the partner, keeps it, and resumes what waited for it.

    TokenUnusable or PartnerError: nothing was changed.
    """
    token = clean(token)
    its_partner = partner.PARTNERS[key]
    standing, accounts = its_partner.verify(token), its_partner.ad_accounts(token)
    connection = keep(key, token, standing, accounts, now, actor, via)
    pauses.resume(connection, now)
    pauses.ask_soon_within(connection, now)
    connection.refresh_from_db()
    return connection


@transaction.atomic
def keep(
    key: str, token: str, standing: Standing, accounts: list[AccountFacts], now: datetime, actor: User | None, via: str
) -> Connection:
    connection, _ = Connection.objects.get_or_create(partner=key)
    secret = {"token": token, "last4": token[-4:], "fingerprint": fingerprint(token), "set_at": now, "set_by": actor}
    # The old token is not read: it may be one that no key opens any more.
    _, first = ConnectionSecret.objects.defer("token").update_or_create(connection=connection, defaults=secret)
    note_standing(connection, standing.facts | {"valid": True}, now)
    note_accounts(connection, accounts, now)
    record("token.set" if first else "token.replaced", key, actor=actor, via=via, last4=token[-4:])
    return connection


def disconnect(key: str, now: datetime, actor: User | None = None, via: str = "command line") -> bool:
    """Removes the token, keeps all else, holds back what waits as if the token were rejected. False: there is none.

    People wait for a new token as long as for any other trouble: their clocks run. The pause comes in transactions of
    its own (batches are never locked after scopes); a crash in between only means that the next try meets it.
    """
    connection = remove_token(key, now, actor, via)
    if connection is None:
        return False
    pauses.lift(connection)
    pauses.pause(connection, TokenRejected(NO_TOKEN), now)
    waiting = pauses.batches_in(connection).filter(state=SyncBatch.State.SEALED, cause=TokenRejected.__name__)
    waiting.update(cause_detail=NO_TOKEN)
    return True


@transaction.atomic
def remove_token(key: str, now: datetime, actor: User | None, via: str) -> Connection | None:
    connection = Connection.objects.select_for_update().filter(partner=key).first()
    secret = ConnectionSecret.objects.defer("token").filter(connection=connection).first()
    if connection is None or secret is None:
        return None
    secret.delete()
    note_standing(connection, {}, now)
    record("token.removed", key, actor=actor, via=via, last4=secret.last4)
    return connection


def note_standing(connection: Connection, facts: dict, now: datetime, reachable: bool = True) -> None:
    connection.facts, connection.reachable, connection.checked_at = facts, reachable, now
    connection.save(update_fields=["facts", "reachable", "checked_at"])


def note_accounts(connection: Connection, accounts: list[AccountFacts], now: datetime) -> None:
    """Keeps what was read of each account; one that is not seen any more stays, as not accessible."""
    rows = [
        AdAccount(
            connection=connection, account_id=account.account_id, name=account.name[:255], facts=account.facts,
            accessible=True, checked_at=now,
        )
        for account in {account.account_id: account for account in accounts}.values()
    ]  # fmt: skip
    kept = ["name", "facts", "accessible", "checked_at"]
    AdAccount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["connection", "account_id"], update_fields=kept
    )
    seen = [account.account_id for account in accounts]
    connection.ad_accounts.exclude(account_id__in=seen).update(accessible=False, checked_at=now)


def refresh(connection: Connection, account_ids: set[str], now: datetime) -> None:
    """Reads the standing, the accounts, and the room in those named, within SECONDS. Never raises for the partner's
    trouble: it becomes a state of the connection."""
    end = time.monotonic() + SECONDS
    try:
        token = token_of(connection)
        read_standing(connection, token, end, now)
        read_room(list(connection.ad_accounts.filter(account_id__in=account_ids, accessible=True)), token, end)
    except TokenRejected as error:
        note_standing(connection, connection.facts | {"valid": False, "reason": error.detail}, now)
    except PartnerError as error:
        trouble = {"trouble": error.kind, "detail": error.detail}
        note_standing(connection, connection.facts | trouble, now, reachable=False)


def read_standing(connection: Connection, token: str, end: float, now: datetime) -> None:
    its_partner = partner.of(connection)
    reads = partial(its_partner.verify, token), partial(its_partner.ad_accounts, token)
    standing, accounts = together(end, *reads)
    note_standing(connection, result(standing).facts | {"valid": True}, now)
    note_accounts(connection, result(accounts), now)


def read_room(accounts: list[AdAccount], token: str, end: float) -> None:
    counts = together(end, *(partial(partner.of(row.connection).count_audiences, token, row) for row in accounts))
    for account, count in zip(accounts, counts, strict=True):
        account.audiences = result(count)
        account.save(update_fields=["audiences", *AdAccount.TOLD])


def check(connection: Connection, now: datetime) -> None:
    """Somebody wants to know now: reads all there is to read, and probes whatever a fault holds back."""
    refresh(connection, set(), now)
    if connection.facts.get("valid") is False and not connection.is_faulty:
        pauses.pause(connection, TokenRejected(connection.facts.get("reason", "")), now)
    elif connection.reachable:
        count_rooms(connection)
        pauses.probe_within(connection, now, CHECK_SECONDS)
    connection.refresh_from_db()


def count_rooms(connection: Connection) -> None:
    """Of every account, those never counted first. One that refuses, or is late, keeps its last number: it says nothing
    of the connection."""
    token, end = token_of(connection), time.monotonic() + CHECK_SECONDS
    accounts = list(connection.ad_accounts.filter(accessible=True).order_by(F("audiences").asc(nulls_first=True), "?"))
    counts = together(end, *(partial(partner.of(connection).count_audiences, token, row) for row in accounts))
    for account, count in zip(accounts, counts, strict=True):
        with contextlib.suppress(PartnerError):
            account.audiences = result(count)
            account.save(update_fields=["audiences", *AdAccount.TOLD])


def together(end: float, *reads: Callable[[], Any]) -> list[Future]:
    """Reads over the network at once, in threads, until `end` (monotonic). None of them may touch the database."""
    pool = ThreadPoolExecutor(AT_ONCE)
    futures = [pool.submit(read) for read in reads]
    wait(futures, max(0.0, end - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    return futures


def result(read: Future) -> Any:
    if read.cancelled() or not read.done():
        raise Unavailable(f"It took longer than {SECONDS:g} seconds to answer.")
    return read.result()


def token_of(connection: Connection) -> str:
    """The token itself, for a call. TokenRejected when there is none or the keys that encrypted it are gone."""
    try:
        return ConnectionSecret.objects.get(connection=connection).token
    except ConnectionSecret.DoesNotExist:
        raise TokenRejected(NO_TOKEN) from None
    except InvalidToken:
        raise TokenRejected("It was encrypted with a key that FERNET_KEYS no longer holds: enter it again.") from None
