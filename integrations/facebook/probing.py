"""Asks Facebook, without sending anybody, what an error was about, and whether what holds back a scope is mended."""

from ..connecting import token_of
from ..errors import (
    AccessLost,
    AudienceFlagged,
    AudienceGone,
    PartnerError,
    PermissionMissing,
    RequestRefused,
    TaskMissing,
    TermsNotAccepted,
    TokenRejected,
)  # fmt: skip
from ..models import AdAccount, Connection, CustomAudience, Pausable
from . import audience_words, reading
from .graph import Graph

OF_THE_APP = (3, 270, 294)
"""It may not call this at all, or has development access only (Meta: error reference)."""


def probe(scope: Pausable) -> None:
    if isinstance(scope, Connection):
        probe_connection(scope)
    elif isinstance(scope, AdAccount):
        probe_account(scope)
    else:
        probe_audience(scope)


def graph_of(connection: Connection) -> Graph:
    return Graph(token_of(connection), reading.SECONDS)


def gone_or_lost(account: AdAccount, error: PartnerError) -> PartnerError:
    """100/33 means either; the account tells: who can read it has lost the audience only."""
    try:
        graph_of(account.connection).get(account.account_id, fields="id")
    except (AudienceGone, PermissionMissing) as answer:
        return AccessLost("", code=error.code, subcode=error.subcode, status=error.status, trace_id=answer.trace_id)
    except PartnerError as answer:
        return answer
    return error


def token_or_task(account: AdAccount, error: PermissionMissing) -> PartnerError:
    """10 and 200 to 299 mean either; the token tells: one that holds ads_management lacks the task in this account.
    Some codes say that it is the app."""
    if error.code in OF_THE_APP:
        return error
    try:
        probe_connection(account.connection)
    except PartnerError as answer:
        return answer if isinstance(answer, PermissionMissing | TokenRejected) else error
    return error.turned_into(TaskMissing)


def probe_connection(connection: Connection) -> None:
    facts = reading.verify(token_of(connection)).facts
    if "ads_management" not in facts.get("scopes", ["ads_management"]):
        raise PermissionMissing("The token lacks ads_management.")


def probe_account(account: AdAccount) -> None:
    try:
        graph_of(account.connection).get(account.account_id, fields="id")
    except (AudienceGone, PermissionMissing) as error:
        raise AccessLost("", code=error.code, subcode=error.subcode, trace_id=error.trace_id) from None
    if account.pause_kind == TermsNotAccepted.__name__ and not terms_accepted(account):
        raise TermsNotAccepted("")


def terms_accepted(account: AdAccount) -> bool:
    """Where Facebook doesn't tell them, only the next try can."""
    try:
        reply = graph_of(account.connection).get(account.account_id, fields="id,tos_accepted")
    except (PermissionMissing, RequestRefused):
        return True
    return bool((reply.body.get("tos_accepted") or {}).get("custom_audience_tos"))


def probe_audience(audience: CustomAudience) -> None:
    try:
        reply = graph_of(audience.ad_account.connection).get(audience.partner_id, fields="id,operation_status")
    except AudienceGone as error:
        raise gone_or_lost(audience.ad_account, error) from None
    if audience_words.is_flagged(reply.body):
        raise AudienceFlagged("")
