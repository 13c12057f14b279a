"""The usage headers, placed as they were recorded (Meta: rate limiting; contract 6.3).

`x-app-usage` is on every answer. Uploads carry the ad-account header and not the business-use-case one; every other
call on audiences carries the latter; reads of an account carry the former [unsure]. Minutes in one, seconds in the
other. A throttle fault says so in both.
"""

from typing import TYPE_CHECKING, Any

import orjson

from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.call import Call

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World


def headers(world: "World", call: Call) -> dict[str, str]:
    told = {"x-app-usage": _text({"call_count": 1, "total_cputime": 1, "total_time": 1})}
    account = account_of(world, call)
    if account is None:
        return told
    is_upload = call.route.endswith("/users") and call.verb == "POST"
    is_account_read = call.route == account.id
    if is_upload or is_account_read or call.throttled:
        told["x-ad-account-usage"] = _text(_account_usage(call, account))
    if not (is_upload or is_account_read) or call.throttled:
        told["x-business-use-case-usage"] = _text({account.number: [_business_usage(call, account)]})
    return told


def account_of(world: "World", call: Call) -> AdAccount | None:
    audience = world.audiences.get(call.node)
    return world.accounts.get(audience.account_id if audience else call.node)


def _account_usage(call: Call, account: AdAccount) -> dict[str, Any]:
    throttled = call.throttled or {}
    return {
        "acc_id_util_pct": 100 if throttled else account.usage,
        "reset_time_duration": throttled.get("seconds", account.reset_seconds),
        "ads_api_access_tier": account.tier,
    }


def _business_usage(call: Call, account: AdAccount) -> dict[str, Any]:
    throttled = call.throttled or {}
    return {
        "type": "custom_audience",
        "call_count": 100 if throttled else account.usage,
        "total_cputime": 1,
        "total_time": 1,
        "estimated_time_to_regain_access": throttled.get("minutes", 0),
        "ads_api_access_tier": account.tier,
    }


def _text(value: dict[str, Any]) -> str:
    return orjson.dumps(value).decode()
