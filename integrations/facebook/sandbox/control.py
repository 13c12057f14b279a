"""The control interface over HTTP: JSON in, JSON out, under `/_sandbox/`, never with a Graph token.

GET state · POST reset · GET and POST settings · POST null {"on"} · GET ledger?since=N
POST tokens {token, ...facts} · POST tokens/revoke {token or last4, subcode} · POST tokens/restore {token or last4}
POST accounts {id, ...facts} · POST accounts/<id>/access {"allowed"}
GET audiences · GET audiences/<id>/rows[?count=1] · GET audiences/<id>/received
POST audiences/<id>/delete · POST audiences/<id>/flag {"fields"}
GET, POST and DELETE faults

Answers 404 for what is not there and 400 for what is not understood, with {"error": why}.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from integrations.facebook.sandbox.answers import Answer
from integrations.facebook.sandbox.controls import Controls

PREFIX = "/_sandbox/"
Body = dict[str, Any]
Action = Callable[..., Any]


# (method, path, what it does with the controls, the query, the body, and the ids in the path)
ROUTES: list[tuple[str, str, Action]] = [
    ("GET", "state", lambda controls, query, body: controls.state()),
    ("POST", "reset", lambda controls, query, body: controls.reset()),
    ("GET", "settings", lambda controls, query, body: controls.settings()),
    ("POST", "settings", lambda controls, query, body: controls.settings(**body)),
    ("POST", "null", lambda controls, query, body: controls.null(body["on"])),
    ("GET", "ledger", lambda controls, query, body: {"ledger": controls.ledger(int(query.get("since", 0)))}),
    ("POST", "tokens", lambda controls, query, body: controls.add_token(**body)),
    ("POST", "tokens/revoke", lambda controls, query, body: controls.revoke(_which(body), body.get("subcode", 467))),
    ("POST", "tokens/restore", lambda controls, query, body: controls.restore(_which(body))),
    ("POST", "accounts", lambda controls, query, body: controls.account(**body)),
    ("POST", r"accounts/(act_\d+)/access", lambda controls, query, body, id: controls.access(id, body["allowed"])),
    ("GET", "audiences", lambda controls, query, body: {"audiences": controls.audiences()}),
    ("GET", r"audiences/(\d+)/rows", lambda controls, query, body, id: _rows(controls, id, "count" in query)),
    ("GET", r"audiences/(\d+)/received", lambda controls, query, body, id: controls.received(id)),
    ("POST", r"audiences/(\d+)/delete", lambda controls, query, body, id: controls.delete_audience(id)),
    ("POST", r"audiences/(\d+)/flag", lambda controls, query, body, id: controls.flag_audience(id, **body)),
    ("GET", "faults", lambda controls, query, body: {"faults": controls.faults()}),
    ("POST", "faults", lambda controls, query, body: controls.fault(**body)),
    ("DELETE", "faults", lambda controls, query, body: controls.clear_faults()),
]


def _which(body: Body) -> str:
    return body["token"] if "token" in body else body["last4"]


def _rows(controls: Controls, audience_id: str, only_count: bool) -> Body:
    return {"count": controls.count(audience_id)} if only_count else controls.rows(audience_id)


def serve(controls: Controls, method: str, target: str, body: bytes) -> Answer:
    parts = urlsplit(target)
    try:
        action, groups = _route(method, parts.path.removeprefix(PREFIX).rstrip("/"))
        told = action(controls, dict(parse_qsl(parts.query)), _object(body), *groups)
    except KeyError as missing:
        return Answer({"error": f"missing {missing}"}, 400)
    except LookupError as unknown:
        return Answer({"error": str(unknown)}, 404)
    except (ValueError, TypeError, re.error) as wrong:
        return Answer({"error": str(wrong)}, 400)
    return Answer(told if told is not None else {"done": True})


def _route(method: str, path: str) -> tuple[Action, tuple[str, ...]]:
    for allowed, pattern, action in ROUTES:
        match = re.fullmatch(pattern, path)
        if match and allowed == method:
            return action, match.groups()
    raise LookupError(f"nothing answers {method} {PREFIX}{path}")


def _object(body: bytes) -> Body:
    read = orjson.loads(body) if body else {}
    if not isinstance(read, dict):
        raise ValueError("the body must be a JSON object")
    return read
