"""What each kind of fault does to a call. `work` does it properly; a fault may leave that out or spoil its answer.

Codes and headers: Meta rate limiting and error reference (contract 6.2, 6.3). Throttles are HTTP 400, as observed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import orjson

from integrations.facebook.sandbox.answers import HTML, Answer, GraphError, invalid_parameter
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.faults import Fault

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World

Work = Callable[[], Answer]
Knobs = dict[str, Any]
PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Service Unavailable</h1></body></html>"
REDUCE = "Please reduce the amount of data you're asking for, then retry your request"


def perform(world: "World", call: Call, fault: Fault, work: Work) -> Answer:
    return ACTIONS[fault.kind](world, call, fault.knobs, work)


def rate_80003(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    call.throttled = {"minutes": knobs["minutes"], "seconds": knobs["minutes"] * 60}
    raise GraphError(80003, "(#80003) There have been too many calls to this ad-account.", subcode=2446079)


def rate_17(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    call.throttled = _throttled(knobs)
    raise GraphError(17, "(#17) User request limit reached", subcode=2446079)


def rate_613(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    call.throttled = _throttled(knobs)
    raise GraphError(613, "(#613) Calls to this api have exceeded the rate limit.", subcode=knobs["subcode"])


def _throttled(knobs: Knobs) -> dict[str, int]:
    return {"seconds": knobs["seconds"], "minutes": -(-knobs["seconds"] // 60)}


def code_1(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    raise GraphError(1, REDUCE, subcode=knobs["subcode"], status=knobs["status"])


def code_2(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    raise GraphError(2, "(#2) Service temporarily unavailable", status=knobs["status"], transient=True)


def html(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    if knobs["work"]:
        work()
    return Answer(PAGE, knobs.get("status", 200), HTML)


def error_200(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    if knobs["work"]:
        work()
    raise GraphError(knobs["code"], "Service Unavailable", subcode=knobs["subcode"], status=200)


def truncated_json(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    answer = work() if knobs["work"] else Answer({"id": call.node})
    return Answer(orjson.dumps(answer.body)[: knobs["keep"]].rstrip(b"}"), answer.status)


def empty_body(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    if knobs["work"]:
        work()
    return Answer(status=knobs["status"])


def wrong_type(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    answer = work() if knobs["work"] else Answer({"id": call.node})
    answer.content_type = knobs["type"]
    return answer


def redirect(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    return Answer(PAGE, knobs["status"], HTML, {"Location": knobs["to"]})


def slow(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    if knobs["first"] == "wait":
        world.wait(knobs["seconds"])
        return work()
    answer = work()
    world.wait(knobs["seconds"])
    return answer


def drop_before(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    return Answer(status=0, dropped=True)


def drop_after(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    answer = work()
    answer.dropped, answer.reset = True, knobs["reset"]
    return answer


def cut_off(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    answer = work() if knobs["work"] else Answer({"id": call.node})
    answer.cut = knobs["bytes"]
    return answer


def revoked_midway(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    token = world.tokens.get(call.token)
    if token:
        token.revoked, token.revoked_subcode = True, knobs["subcode"]
        world.changes += 1
    return work()


def field_refused(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    raise GraphError(knobs["code"], f"(#{knobs['code']}) Missing permission to read {knobs['field']}")


def too_large(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    if knobs["html"]:
        return Answer(PAGE, knobs["status"], HTML)
    raise GraphError(1, REDUCE, subcode=99)


def invalid_rows(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    call.spoil = knobs
    return work()


def refused_100(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    raise invalid_parameter("Invalid parameter")


def received_short(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    answer = work()
    if isinstance(answer.body, dict) and "num_received" in answer.body:
        answer.body["num_received"] = max(0, answer.body["num_received"] - knobs["rows"])
    return answer


def short_page(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    call.page_cap = knobs["rows"]
    return work()


def error(world: "World", call: Call, knobs: Knobs, work: Work) -> Answer:
    told = {name: knobs[name] for name in ("subcode", "status", "transient", "title", "explained")}
    raise GraphError(knobs["code"], knobs["message"], kind=knobs["type"], **told)


ACTIONS: dict[str, Callable[["World", Call, Knobs, Work], Answer]] = {
    **{action.__name__: action for action in (rate_80003, rate_17, rate_613, code_1, code_2, error_200, error)},
    **{action.__name__: action for action in (truncated_json, slow, drop_before, drop_after, revoked_midway)},
    **{action.__name__: action for action in (field_refused, too_large, invalid_rows, refused_100)},
    **{action.__name__: action for action in (received_short, short_page, empty_body, wrong_type, redirect, cut_off)},
    "http_500_html": html,
    "html_200": html,
}
