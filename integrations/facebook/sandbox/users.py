"""`/<audience id>/users`: adding people to a list and taking them out (Meta: custom audience users; contract 4).

A 200 may contain rejected rows. `num_received` counts the session so far, valid or not; `session_id` is answered as a
string. A session that was ended is not policed: the 90-minute rule is worded for `usersreplace` [likely].
"""

import secrets
from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox import audience_node, uploads, verdicts
from integrations.facebook.sandbox.answers import GraphError, invalid_parameter
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.people import Row
from integrations.facebook.sandbox.tokens import Token
from integrations.facebook.sandbox.uploads import Upload

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World


def add(world: "World", call: Call, token: Token, audience_id: str) -> dict[str, Any]:
    audience = _open(world, call, token, audience_id)
    if world.settings.null:
        return _told(audience, call.text("session_id") or _new_session(), call.rows or 0, [], {})
    upload = uploads.read(call)
    uploads.check_source(audience.source, upload.source)
    _claim_session(world, audience, upload)
    invalid = verdicts.invalid(upload.schema, upload.rows, call.spoil)
    audience.people.add(upload.schema, _valid(upload, invalid))
    audience.source = audience.source or upload.source
    return _settle(world, audience, upload, invalid)


def remove(world: "World", call: Call, token: Token, audience_id: str) -> dict[str, Any]:
    audience = _open(world, call, token, audience_id)
    upload = uploads.read(call)
    uploads.check_source(audience.source, upload.source)
    invalid = verdicts.invalid(upload.schema, upload.rows, call.spoil)
    matched = audience.people.matched(upload.schema, _valid(upload, invalid))
    _check_minimum(world, audience, sum(len(texts) for texts in matched.values()))
    _claim_session(world, audience, upload)
    audience.people.remove(matched)
    return _settle(world, audience, upload, invalid)


def _open(world: "World", call: Call, token: Token, audience_id: str) -> Audience:
    audience = audience_node.writable(world, call, token, audience_id)
    if audience.flagged:
        explained = "This audience may hold information that is not allowed. Its people cannot be changed."
        raise invalid_parameter("Invalid parameter", 1713230, "Audience Upload Blocked", explained)
    return audience


def _check_minimum(world: "World", audience: Audience, leaving: int) -> None:
    """Where the line is, is not documented: see `Settings.delete_minimum`."""
    if len(audience.people) - leaving < world.settings.delete_minimum:
        explained = "Removing these people would leave too few in the audience."
        raise GraphError(200, "(#200) Too few people", subcode=1870047, title="Audience Too Small", explained=explained)


def _claim_session(world: "World", audience: Audience, upload: Upload) -> None:
    upload.session_id = upload.session_id or _new_session()
    sessions = world.accounts[audience.account_id].sessions
    if sessions.setdefault(upload.session_id, audience.id) != audience.id:
        raise invalid_parameter("The session_id was used for another audience of this ad account.")


def _new_session() -> str:
    return str(secrets.randbits(63) | 1 << 62)


def _valid(upload: Upload, invalid: dict[int, str]) -> list[Row]:
    if not invalid:
        return upload.rows
    return [row for number, row in enumerate(upload.rows) if number not in invalid]


def _settle(world: "World", audience: Audience, upload: Upload, invalid: dict[int, str]) -> dict[str, Any]:
    rows = len(upload.rows)
    audience.received[upload.session_id] = audience.received.get(upload.session_id, 0) + rows
    audience.last_upload = (rows, len(invalid))
    audience.time_content_updated = audience.time_updated = int(world.now())
    return _told(audience, upload.session_id, audience.received[upload.session_id], upload.rows, invalid)


def _told(audience: Audience, session: str, received: int, rows: list[Row], invalid: dict[int, str]) -> dict[str, Any]:
    return {
        "audience_id": audience.id,
        "session_id": session,
        "num_received": received,
        "num_invalid_entries": len(invalid),
        "invalid_entry_samples": verdicts.samples(rows, invalid),
    }
