"""Answers one Graph call: fault, version, token, route, and the headers of every answer (checklist points 1, 2, 9).

`?ids=` became an error in v26.0 for all versions (contract 1.1); which one is unspecified, 100 is a choice [unsure].
So is 803 for a node that is no id.
"""

import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

from integrations.facebook.sandbox import (
    accounts,
    audience_edge,
    audience_node,
    identity,
    mischief,
    null,
    tokens,
    usage,
    users,
    versions,
)
from integrations.facebook.sandbox.answers import Answer, GraphError, gone, invalid_parameter
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.world import World

Handler = Callable[..., dict[str, Any]]
ROUTES: list[tuple[re.Pattern[str], dict[str, Handler]]] = [
    (re.compile(r"me"), {"GET": identity.me}),
    (re.compile(r"me/permissions"), {"GET": identity.permissions}),
    (re.compile(r"me/adaccounts"), {"GET": accounts.listed}),
    (re.compile(r"debug_token"), {"GET": identity.debug_token}),
    (re.compile(r"act_(\d+)"), {"GET": accounts.read}),
    (re.compile(r"act_(\d+)/customaudiences"), {"GET": audience_edge.listed, "POST": audience_edge.create}),
    (
        re.compile(r"(\d+)"),
        {"GET": audience_node.read, "POST": audience_node.update, "DELETE": audience_node.delete},
    ),
    (re.compile(r"(\d+)/users"), {"POST": users.add, "DELETE": users.remove}),
]


def serve(world: World, call: Call) -> Answer:
    """Never raises a GraphError: it becomes the answer, and every answer is in the ledger."""
    trace = f"A{secrets.token_urlsafe(17)}"
    if world.settings.null and null.applies(call):
        null.prime(call)
    extra: dict[str, str] = {}
    with world.lock:
        fault = world.faults.pick(call)
        entry = world.ledger.open(call, world.now(), trace, fault.kind if fault else None)
    work = partial(_work, world, call, trace, extra)
    try:
        answer = mischief.perform(world, call, fault, work) if fault else work()
    except GraphError as refused:
        answer = refused.answer(trace)
    with world.lock:
        answer.headers |= _headers(world, call, trace) | extra
        entry.close(call, answer)
    return answer


def _work(world: World, call: Call, trace: str, extra: dict[str, str]) -> Answer:
    """The call done properly; a refusal is an answer too, so that a fault can spoil that as well."""
    try:
        with world.lock:
            return Answer(_handle(world, call, extra))
    except GraphError as refused:
        return refused.answer(trace)


def _handle(world: World, call: Call, extra: dict[str, str]) -> dict[str, Any]:
    """Under the lock. Fills `extra` with the headers of the version gate."""
    extra |= versions.gate(world.settings.versions, call.version, world.settings.auto_upgrade)
    if call.unreadable:
        raise invalid_parameter("The request's body cannot be parsed.")
    token = tokens.authenticate(world, call)
    if "ids" in call.params:
        raise invalid_parameter("Reading several objects by ids is not supported any more.")
    handler, groups = _route(call)
    body = handler(world, call, token, *groups)
    world.changes += call.verb != "GET"
    return body


def _route(call: Call) -> tuple[Handler, tuple[str, ...]]:
    for pattern, handlers in ROUTES:
        match = pattern.fullmatch(call.route)
        if match and call.verb in handlers:
            return handlers[call.verb], match.groups()
        if match:
            raise gone(call.verb, call.node)
    raise _unknown(call)


def _unknown(call: Call) -> GraphError:
    _, _, rest = call.route.partition("/")
    if rest or not call.node:
        return GraphError(2500, f"Unknown path components: /{rest}")
    return GraphError(803, f"(#803) Some of the aliases you requested do not exist: {call.node}")


def _headers(world: World, call: Call, trace: str) -> dict[str, str]:
    return {
        "facebook-api-version": versions.served(world.settings.versions, call.version),
        "x-fb-request-id": f"A{secrets.token_urlsafe(17)}",
        "x-fb-trace-id": trace,
        **usage.headers(world, call),
    }
