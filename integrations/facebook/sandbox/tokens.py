"""Tokens: where a call's one is checked, and what it may do (Meta: authorization, error reference; contract 1.4, 6.2).

Granular scopes are shown, not enforced: which ids they hold for ads_management is an open question of the contract.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox.answers import GraphError
from integrations.facebook.sandbox.call import Call

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World

ALL_SCOPES = ("ads_management", "business_management", "ads_read")
REASONS = {
    458: "The user has not authorized the application.",
    459: "The user has been checkpointed and must log in.",
    460: "The password has been changed since the session was made.",
    463: "Session has expired.",
    464: "The user is not confirmed.",
    467: "The access token has been invalidated.",
}


@dataclass
class Token:
    token: str = field(repr=False)
    name: str = "Sandbox system user"
    type: str = "SYSTEM_USER"
    scopes: list[str] = field(default_factory=lambda: list(ALL_SCOPES))
    declined: list[str] = field(default_factory=list)
    accounts: list[str] | str = "all"
    expires_at: int = 0
    data_access_expires_at: int = 0
    issued_at: int = 0
    user_id: str = "122104857390261947"
    app_id: str = ""
    """Of another app when set: `debug_token` then refuses."""
    granular_scopes: list[dict[str, Any]] | None = None
    """None: made up from scopes and accounts."""
    revoked: bool = False
    revoked_subcode: int | None = 467
    """[unsure] whether a revoked system-user token says 467 or nothing: None tries the bare 190."""

    @property
    def last4(self) -> str:
        return last4(self.token)

    def sees(self, account_id: str) -> bool:
        return self.accounts == "all" or account_id in self.accounts

    def problem(self, now: float) -> tuple[int | None, str] | None:
        """(subcode, reason) where Meta would not take the token any more."""
        if self.revoked:
            return self.revoked_subcode, REASONS.get(self.revoked_subcode or 0, "The access token is invalid.")
        if 0 < self.expires_at <= now:
            return 463, f"{REASONS[463]} It expired at {self.expires_at}; the time now is {int(now)}."
        return None

    def require(self, *any_of: str) -> None:
        if not set(any_of) & set(self.scopes):
            raise GraphError(200, f"(#200) Requires {any_of[0]} permission to manage the object.")


def last4(token: str) -> str:
    return token[-4:] if len(token) > 8 else ""


def authenticate(world: "World", call: Call) -> Token:
    """The call's token, or 104 for none, 190 for one that is unknown, revoked (467) or expired (463)."""
    if not call.token:
        raise GraphError(104, "An access token is required to request this resource.")
    token = _known(world, call.token)
    problem = token.problem(world.now())
    if problem:
        raise GraphError(190, f"Error validating access token: {problem[1]}", subcode=problem[0])
    _check_proof(world, call)
    return token


def _known(world: "World", text: str) -> Token:
    if text == f"{world.settings.app_id}|{world.settings.app_secret}":
        return Token(text, name="Sandbox app", type="APP", scopes=[], accounts=[])
    if text not in world.tokens:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    return world.tokens[text]


def _check_proof(world: "World", call: Call) -> None:
    """Wrong is always refused, absent only where the app requires one (contract 1.4, [likely]).

    It is taken from query and body alike: that Meta wants it in the query rests on one report [unsure].
    """
    proof = call.text("appsecret_proof")
    if not proof and world.settings.require_proof:
        raise _proof_refused("API calls from the server require an appsecret_proof argument")
    if proof and not hmac.compare_digest(proof.encode(), _proof(world, call).encode()):
        raise _proof_refused("Invalid appsecret_proof provided in the API argument")


def _proof(world: "World", call: Call) -> str:
    moment = call.text("appsecret_time")
    message = f"{call.token}|{moment}" if moment else call.token
    return hmac.new(world.settings.app_secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _proof_refused(message: str) -> GraphError:
    return GraphError(100, message, kind="GraphMethodException")
