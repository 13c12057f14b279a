"""What ad accounts hold at their partner, by its lists: how full they are, and whether the custom audiences that were
made here are still there and well. So a deletion is known though nobody is sent at that time.

A page of a list tells of many, which costs a few calls an account; only what is missing from it, or flagged in it, is
asked about by itself, and then held back.
"""

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, QuerySet

from . import partner, pauses
from .at_once import result, together
from .connecting import token_of
from .errors import PartnerError, TokenRejected
from .models import AdAccount, CustomAudience, faulty
from .partner import Reading

SECONDS = 15.0
"""For all lists; what is late keeps what stood."""
EVERY = timedelta(minutes=10)
READY = CustomAudience.State.READY


def with_audiences() -> QuerySet[AdAccount]:
    """Accounts with a custom audience that was made here, whose connection can be used."""
    made = CustomAudience.objects.filter(state=READY).values("ad_account")
    usable = AdAccount.objects.filter(accessible=True, connection__secret__isnull=False)
    return usable.exclude(faulty("connection__")).filter(pk__in=made)


def are_old(now: datetime) -> bool:
    """Some list was not read for a while."""
    fresh = with_audiences().filter(listed_at__gt=now - EVERY).values("pk")
    return with_audiences().exclude(pk__in=fresh).exists()


def count(accounts: QuerySet[AdAccount], token: str, end: float, now: datetime) -> None:
    """How full they are. PartnerError where one can't be read."""
    for account, told in read(list(accounts), token, end):
        note(account, told(), now)


def look_again(now: datetime) -> None:
    """At all lists with a custom audience that was made here."""
    for key in set(with_audiences().values_list("connection", flat=True)):
        look(with_audiences().filter(connection=key), now)


def look(accounts: QuerySet[AdAccount], now: datetime) -> None:
    """Reads these lists of one connection, those never counted first, and asks about what is not well. One that can't
    be read, a token that can't be, keeps what stood: that says nothing of the connection."""
    end = time.monotonic() + SECONDS
    chosen = list(accounts.select_related("connection").order_by(F("audiences").asc(nulls_first=True), "?"))
    for account, told in readings(chosen, end):
        with contextlib.suppress(PartnerError):
            found = told()
            note(account, found, now)
            ask_about_others(account, found, now, end)


def readings(chosen: list[AdAccount], end: float) -> Iterator[tuple[AdAccount, partial[Reading]]]:
    with contextlib.suppress(TokenRejected):
        yield from read(chosen, token_of(chosen[0].connection), end) if chosen else ()


def read(accounts: list[AdAccount], token: str, end: float) -> Iterator[tuple[AdAccount, partial[Reading]]]:
    """Each with a call that gives what was read of it, or raises PartnerError."""
    reads = (partial(partner.of(one.connection).read_audiences, token, one) for one in accounts)
    lists = together(end, *reads)
    return zip(accounts, (partial(result, one) for one in lists), strict=True)


def note(account: AdAccount, found: Reading, now: datetime) -> None:
    account.audiences = found.count
    account.save(update_fields=["audiences", *AdAccount.TOLD])
    keep_facts(account, found, now)


def keep_facts(account: AdAccount, found: Reading, now: datetime) -> None:
    """Of those that were made here; what the list leaves out keeps what was last read of it."""
    made = account.custom_audiences.filter(state=READY).only("ad_account", "partner_id")
    told = [one for one in made if one.partner_id in found.facts]
    for one in told:
        one.facts, one.read_at = found.facts[one.partner_id], now
    CustomAudience.objects.bulk_update(told, ["facts", "read_at"])


def ask_about_others(account: AdAccount, found: Reading, now: datetime, end: float) -> None:
    """What was made here and did not stand well in the list. When all was told, the account has been looked at."""
    made = account.custom_audiences.filter(state=READY, paused_until=None).exclude(partner_id__in=found.well)
    if all(is_told(audience, now, end) for audience in made.select_related("ad_account__connection")):
        AdAccount.objects.filter(pk=account.pk).update(listed_at=now)


def is_told(audience: CustomAudience, now: datetime, end: float) -> bool:
    """Whether the partner said how it is; what is wrong with it holds it back."""
    if time.monotonic() > end:
        return False
    try:
        partner.of(audience.ad_account.connection).probe(audience)
    except PartnerError as error:
        if not pauses.is_about(audience, error):
            return False
        pauses.pause(audience, error, now)
    return True
