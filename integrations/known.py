"""What is known of a token between two checks: a send and a probe tell as well whether it is accepted.

Without it the pages would go on saying what the last check read, long after the partner said otherwise.
"""

from datetime import datetime
from typing import Any

from .errors import PartnerError, TokenRejected
from .models import Connection, ConnectionSecret, Pausable

AGAINST = ("reason", "refusal", "trouble", "detail")


def refused(connection: Connection, error: PartnerError) -> None:
    """The partner has just refused the token. `connection` is locked."""
    if isinstance(error, TokenRejected):
        connection.facts = connection.facts | against(error)
        connection.save(update_fields=["facts"])


def against(error: TokenRejected) -> dict[str, Any]:
    """What a refusal leaves among the facts; `refusal` is its kind."""
    return {"valid": False, "reason": error.detail, "refusal": error.kind}


def accepted(connection: Connection, now: datetime, asked: bool = False) -> None:
    """The partner has just accepted the token: what was said against it is over. `asked`: the call was for nothing
    else, so it counts as a check. Costs nothing where `connection`, as it was read, has nothing against it."""
    if not asked and is_well(connection):
        return
    row = Connection.objects.only("facts", "reachable", "checked_at").get(pk=connection.pk)
    facts = {name: value for name, value in row.facts.items() if name not in AGAINST}
    row.facts, row.reachable, row.checked_at = facts | {"valid": True}, True, now
    row.save(update_fields=["facts", "reachable", "checked_at"])


def is_well(connection: Connection) -> bool:
    return connection.reachable and connection.facts.get("valid", True)


def is_of_old_token(scope: Pausable, sent_at: datetime) -> bool:
    """The request left with a token that was replaced since."""
    newer = ConnectionSecret.objects.filter(connection=scope.pk, set_at__gt=sent_at)
    return isinstance(scope, Connection) and newer.exists()
