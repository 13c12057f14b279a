"""Who a token is: `/me`, `/me/permissions` and `/debug_token` (Meta: debug_token reference; contract 2.1, 2.2).

A system-user token may inspect itself and nothing else; an app token may inspect every token of its app.
"""

from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox import projection
from integrations.facebook.sandbox.answers import invalid_parameter, missing_parameter
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.tokens import Token

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World

APPLICATION = "Audience Sync sandbox"


def me(world: "World", call: Call, token: Token) -> dict[str, Any]:
    return projection.node({"id": token.user_id, "name": token.name}, call, "User", default="id,name")


def permissions(world: "World", call: Call, token: Token) -> dict[str, Any]:
    granted = [{"permission": scope, "status": "granted"} for scope in token.scopes]
    return {"data": granted + [{"permission": scope, "status": "declined"} for scope in token.declined]}


def debug_token(world: "World", call: Call, token: Token) -> dict[str, Any]:
    asked = call.text("input_token")
    if not asked:
        raise missing_parameter("input_token")
    inspected = token if asked == token.token else world.tokens.get(asked)
    if token.type != "APP" and inspected is not token:
        raise invalid_parameter("You must provide an app access token, or a token of a developer of the app.")
    if inspected is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    if inspected.app_id not in ("", world.settings.app_id):
        raise invalid_parameter("The App_id in the input_token did not match the Viewing App")
    return {"data": _facts(world, inspected)}


def _facts(world: "World", token: Token) -> dict[str, Any]:
    problem = token.problem(world.now())
    facts: dict[str, Any] = {
        "app_id": world.settings.app_id,
        "type": token.type,
        "application": APPLICATION,
        "data_access_expires_at": token.data_access_expires_at,
        "expires_at": token.expires_at,
        "is_valid": problem is None,
        "issued_at": token.issued_at,
        "scopes": token.scopes,
        "granular_scopes": granular(token),
        "user_id": token.user_id,
    }
    if problem:
        facts["error"] = {"code": 190, "message": problem[1], **({"subcode": problem[0]} if problem[0] else {})}
    return facts


def granular(token: Token) -> list[dict[str, Any]]:
    """No `target_ids` means all assets. The ids are account ids without `act_`: a guess [unsure]."""
    if token.granular_scopes is not None:
        return token.granular_scopes
    if token.accounts == "all":
        return [{"scope": scope} for scope in token.scopes]
    targets = [account.removeprefix("act_") for account in token.accounts]
    return [{"scope": scope, "target_ids": targets} for scope in token.scopes]
