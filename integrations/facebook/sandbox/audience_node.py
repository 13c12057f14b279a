"""`/<audience id>`: read, change, delete (Meta: custom audience reference; contract 3.4, 3.5).

What the token may not do with an audience it can see is answered 403 with code 200 ([likely]: one recorded case).
Which of the two refusals of edits a flagged list gives is a guess [unsure]: 1713231 while a bad field stays, else
1713228.
"""

from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox import projection
from integrations.facebook.sandbox.answers import GraphError, gone, invalid_parameter
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.tokens import Token

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World


def find(world: "World", token: Token, verb: str, audience_id: str) -> Audience:
    """One answer for deleted, unknown and not permitted: 100/33."""
    audience = world.audiences.get(audience_id)
    if audience is None or audience.deleted:
        raise gone(verb, audience_id)
    if not world.accounts[audience.account_id].allowed or not token.sees(audience.account_id):
        raise gone(verb, audience_id)
    return audience


def writable(world: "World", call: Call, token: Token, audience_id: str) -> Audience:
    token.require("ads_management")
    audience = find(world, token, call.verb, audience_id)
    if not world.accounts[audience.account_id].may_write:
        raise GraphError(200, f"(#200) The current user can not update audience {audience_id}", status=403)
    return audience


def read(world: "World", call: Call, token: Token, audience_id: str) -> dict[str, Any]:
    token.require("ads_read", "ads_management")
    audience = find(world, token, call.verb, audience_id)
    values = audience.values(world.accounts[audience.account_id], world.settings.delete_minimum)
    return projection.node(values, call, "CustomAudience")


def update(world: "World", call: Call, token: Token, audience_id: str) -> dict[str, Any]:
    audience = writable(world, call, token, audience_id)
    changes = {name: call.text(name) for name in ("name", "description") if name in call.params}
    if changes.get("name") == "":
        raise invalid_parameter("Param name must not be empty.")
    _refuse_flagged(audience, changes)
    for name, value in changes.items():
        setattr(audience, name, value)
    audience.time_updated = int(world.now())
    audience.screen()
    return {"success": True}


def _refuse_flagged(audience: Audience, changes: dict[str, str]) -> None:
    if not audience.flagged:
        return
    subcode = 1713228 if set(audience.flagged) <= set(changes) else 1713231
    raise invalid_parameter("Invalid parameter", subcode, "Audience Flagged", "This audience cannot be edited.")


def delete(world: "World", call: Call, token: Token, audience_id: str) -> dict[str, Any]:
    writable(world, call, token, audience_id).deleted = True
    return {"success": True}
