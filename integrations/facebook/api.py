"""Calls about Facebook: how the connection stands, a token for it, and its end. The token itself is never returned."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from audiences.values import stored_time
from config.team.keys import needs
from config.team.refusals import Refusal, wrong_path

from .. import connecting, errors, incidents
from ..models import AdAccount, Connection, ConnectionSecret
from . import checks

router = Router()
KEY = "system_user_token"


class Token(Schema):
    model_config = ConfigDict(extra="forbid")
    system_user_token: Annotated[str, Field(min_length=1)]


class TokenAnswer(Schema):
    last4: str
    set_at: str


class AdAccountAnswer(Schema):
    """`audiences`: customer lists it holds of the 500 it can; null where that was not read."""

    id: str
    name: str
    status: str
    accessible: bool
    terms_accepted: bool | None
    audiences: int | None


class ConnectionAnswer(Schema):
    """`status` is not_connected, ok, or broken; then `reason` says why and `cure` what to do."""

    status: str
    reason: str
    cure: str
    token: TokenAnswer | None
    permissions: list[str] | None
    checked_at: str | None
    ad_accounts: list[AdAccountAnswer]


@router.get(
    "/partners/facebook", response=ConnectionAnswer, summary="Read how Facebook is connected", **needs("partners")
)
def read_facebook(request: HttpRequest) -> dict:
    """How the connection stood at the last check, and the ad accounts it sees."""
    return described()


@router.put(
    "/partners/facebook",
    response=ConnectionAnswer,
    summary="Connect Facebook, or replace its token",
    **needs("partners", {KEY: "SANDBOX-SYSTEM-USER-TOKEN"}, refuses={503: "Facebook could not be reached."}),
)
def connect_facebook(request: HttpRequest, sent: Token) -> dict:
    """Verifies the token at Facebook, keeps it, and resumes what waited. 422: refused, and what stood before stays.

    503: Facebook could not be reached, and nothing was changed.
    """
    try:
        connecting.connect("facebook", sent.system_user_token, timezone.now(), via=request.auth.name)
    except connecting.TokenUnusable as error:
        raise wrong_path(KEY, str(error)) from None
    except (errors.Unavailable, errors.RateLimited) as error:
        raise Refusal(503, f"Nothing was changed. {error} Try again.") from None
    except errors.PartnerError as error:
        raise wrong_path(KEY, f"Nothing was changed. {error} {error.cure}".strip()) from None
    incidents.note(timezone.now())
    return described()


@router.delete(
    "/partners/facebook",
    response=ConnectionAnswer,
    summary="Disconnect Facebook",
    **needs("partners", refuses={409: "No token is connected."}),
)
def disconnect_facebook(request: HttpRequest) -> dict:
    """Removes the token. Ad accounts and custom audiences are kept; people who wait go on waiting for a new token."""
    if not connecting.disconnect("facebook", timezone.now(), via=request.auth.name):
        raise Refusal(409, "No token is connected.")
    incidents.note(timezone.now())
    return described()


def described() -> dict[str, Any]:
    connection = Connection.objects.filter(partner="facebook").first()
    token = ConnectionSecret.objects.filter(connection=connection).values("last4", "set_at").first()
    status, reason, cure = health(connection, token is not None)
    accounts = connection.ad_accounts.order_by("account_id") if connection else []
    return {
        "status": status, "reason": reason, "cure": cure,
        "token": token and {"last4": token["last4"], "set_at": stored_time(token["set_at"])},
        "permissions": connection.facts.get("scopes") if connection else None,
        "checked_at": stored_time(connection.checked_at) if connection and connection.checked_at else None,
        "ad_accounts": [account_of(account) for account in accounts],
    }  # fmt: skip


def health(connection: Connection | None, has_token: bool) -> tuple[str, str, str]:
    """The status, why it is so, and what to do about it."""
    if connection is None or not has_token:
        return "not_connected", connecting.NO_TOKEN, "Connect one."
    if connection.is_faulty:
        kind = connection.pause_kind
        return "broken", f"{errors.sentence(kind)} {connection.pause_detail}".strip(), errors.cure(kind)
    problem = next(checks.token_problems(connection, timezone.now()), None)
    return ("broken", problem.message, problem.hint) if problem else ("ok", "", "")


def account_of(account: AdAccount) -> dict[str, Any]:
    terms, number = account.facts.get("tos_accepted"), account.facts.get("account_status")
    return {
        "id": account.account_id, "name": account.name, "accessible": account.accessible,
        "status": checks.STATUSES.get(number, "unknown"), "audiences": account.audiences,
        "terms_accepted": None if terms is None else bool(terms.get("custom_audience_tos")),
    }  # fmt: skip
