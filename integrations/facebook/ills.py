"""What people are told of between two launches, by what the last check read: what the launch checks find, too."""

from datetime import datetime, timedelta

from ..models import AdAccount, Connection
from ..partner import Finding
from . import checks

SOON = timedelta(days=14)


def of_connection(connection: Connection, now: datetime) -> Finding | None:
    problem = next(checks.token_problems(connection, now), None)
    if problem is None:
        return ends_soon(connection, now)
    return Finding("", problem.message, "warn" if problem.is_passing else "bad", problem.hint)


def ends_soon(connection: Connection, now: datetime) -> Finding | None:
    ends = checks.expiry(connection)
    if ends is None or ends > now + SOON:
        return None
    words = f"The system user token expires on {ends:%Y-%m-%d}."
    return Finding("", words, "warn", "Replace it before that, best with one that never expires.")


def of_account(account: AdAccount) -> Finding | None:
    trouble = next(checks.account_troubles(account.account_id, account), None)
    if trouble:
        return Finding("", trouble[1], "bad", trouble[2])
    if (account.audiences or 0) >= checks.MOST_AUDIENCES:
        words = f"It holds {account.audiences} audiences, and there is no room for another one."
        return Finding("", words, "warn", "Delete some that nobody needs in Audience Manager.")
    return None
