"""What every answer tells of how often an ad account may send."""

from ..models import AdAccount
from . import usage
from .graph import Reply

CAREFUL = 20
INTERVALS = {usage.DEVELOPMENT: CAREFUL, "standard_access": 5}
"""Seconds between batches of one audience; an unknown access tier is taken for the lower one."""


def note_pace(account: AdAccount, reply: Reply) -> None:
    if learn_pace(account, reply):
        account.save(update_fields=AdAccount.TOLD)


def learn_pace(account: AdAccount, reply: Reply) -> bool:
    """The access tier and what is used of the limits decide how often we may send; only headers tell. True: changed."""
    before = [getattr(account, name) for name in AdAccount.TOLD]
    account.tier = usage.tier(reply.headers) or account.tier
    share = usage.share(reply.headers)
    if share is not None:
        account.used = min(round(share), 999)
        pace = usage.pace(INTERVALS.get(account.tier, CAREFUL), share, usage.reset(reply.headers))
        account.send_interval, account.gap = pace.interval, pace.gap
    return before != [getattr(account, name) for name in AdAccount.TOLD]
