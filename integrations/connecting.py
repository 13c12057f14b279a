"""Connecting to a partner: a token is verified there before it is kept; if it is refused, what stood before stays.

Disconnecting removes the token alone: accounts, custom audiences and people stay for the next one.
"""

from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken
from django.db import transaction

from config.team.models import User, record

from . import partner, pauses
from .errors import TokenRejected, TokenUnreadable
from .models import AdAccount, Connection, ConnectionSecret, SyncBatch
from .partner import AccountFacts, Standing
from .secrets import fingerprint

EVERY, SOON = timedelta(hours=1), timedelta(minutes=5)
"""Until a connection is checked by itself: after one that got an answer, and after one that got none."""
NO_TOKEN = "No token is connected."  # noqa: S105


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
    theirs = pauses.batches_in(connection).values("pk")
    waiting = SyncBatch.objects.filter(pk__in=theirs, state=SyncBatch.State.SEALED, cause=TokenRejected.__name__)
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
    connection.check_at = now + (EVERY if reachable else SOON)
    connection.save(update_fields=["facts", "reachable", "checked_at", "check_at"])


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


def token_of(connection: Connection) -> str:
    """The token itself, for a call. TokenRejected when there is none, TokenUnreadable when its key is gone."""
    try:
        return ConnectionSecret.objects.get(connection=connection).token
    except ConnectionSecret.DoesNotExist:
        raise TokenRejected(NO_TOKEN) from None
    except InvalidToken:
        raise TokenUnreadable("FERNET_KEYS no longer holds the key that encrypted it.") from None
