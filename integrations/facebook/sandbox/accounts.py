"""Ad accounts: their fields, who sees them, `/me/adaccounts` and `/act_<id>` (Meta: ad account reference).

An account whose access was taken away, or that the token has no part in, answers like one that never was: 100/33.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox import paging, projection
from integrations.facebook.sandbox.answers import GraphError, gone
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.tokens import Token

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World

DEFAULT_FIELDS = "id,account_id"
KNOWN_BUT_EMPTY = ("age", "amount_spent", "balance", "created_time", "partner", "spend_cap", "user_role")


@dataclass
class AdAccount:
    id: str
    name: str = "Sandbox account"
    account_status: int = 1
    disable_reason: int = 0
    currency: str = "USD"
    timezone_name: str = "America/Los_Angeles"
    business: dict[str, str] | None = field(default_factory=lambda: {"id": "1157392048103665", "name": "Northwind"})
    """None: owned by no business, the field is then absent."""
    tos_accepted: bool = True
    tos_reads: bool | None = None
    """What `tos_accepted` shows where it is not the truth, as it may on shared accounts (Meta: terms of service)."""
    user_tasks: list[str] | None = field(default_factory=lambda: ["MANAGE", "ADVERTISE", "ANALYZE", "DRAFT"])
    """None: the field is absent and nothing is refused for want of a task."""
    capabilities: list[str] = field(default_factory=list)
    tier: str = "standard_access"
    usage: int = 1
    """Percent of the limits used, as the usage headers tell it."""
    reset_seconds: int = 0
    """When the use falls back to nothing, as the same headers tell it."""
    allowed: bool = True
    sessions: dict[str, str] = field(default_factory=dict)
    """Upload session id -> audience id: a session id is unique in its ad account."""

    @property
    def number(self) -> str:
        return self.id.removeprefix("act_")

    @property
    def may_write(self) -> bool:
        return self.user_tasks is None or bool({"ADVERTISE", "MANAGE"} & set(self.user_tasks))

    def values(self) -> dict[str, Any]:
        terms = self.tos_accepted if self.tos_reads is None else self.tos_reads
        return {
            "id": self.id,
            "account_id": self.number,
            "name": self.name,
            "account_status": self.account_status,
            "disable_reason": self.disable_reason,
            "currency": self.currency,
            "timezone_name": self.timezone_name,
            "business": self.business,
            "tos_accepted": {"custom_audience_tos": 1} if terms else None,
            "user_tos_accepted": None,
            "user_tasks": self.user_tasks,
            "capabilities": self.capabilities,
            "owner": self.business["id"] if self.business else None,
            "funding_source": None,
            "funding_source_details": None,
            **dict.fromkeys(KNOWN_BUT_EMPTY),
        }


def find(world: "World", token: Token, verb: str, account_id: str) -> AdAccount:
    account = world.accounts.get(account_id)
    if account is None or not account.allowed or not token.sees(account_id):
        raise gone(verb, account_id)
    return account


def listed(world: "World", call: Call, token: Token) -> dict[str, Any]:
    token.require("ads_read", "ads_management")
    mine = [account for account in world.accounts.values() if account.allowed and token.sees(account.id)]
    return paging.page(call, mine, lambda account: _shown(call, token, account))


def read(world: "World", call: Call, token: Token, number: str) -> dict[str, Any]:
    token.require("ads_read", "ads_management")
    return _shown(call, token, find(world, token, call.verb, f"act_{number}"))


def _shown(call: Call, token: Token, account: AdAccount) -> dict[str, Any]:
    fields = projection.wanted(call, DEFAULT_FIELDS)
    _refuse_forbidden(fields, token, account)
    return projection.project(account.values(), fields, "AdAccount")


def _refuse_forbidden(fields: projection.Fields, token: Token, account: AdAccount) -> None:
    """One forbidden field fails the whole call (contract 2.3)."""
    if "owner" in fields:
        token.require("business_management")
    if "funding_source" in fields:
        raise GraphError(10, "(#10) Application does not have permission for this action")
    if "funding_source_details" in fields and "MANAGE" not in (account.user_tasks or []):
        raise GraphError(200, "(#200) Requires the MANAGE task on the ad account")
