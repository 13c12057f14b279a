"""`/act_<id>/customaudiences`: list, newest first, and create (Meta: customaudiences edge; contract 3.1-3.3).

Creation is checked in this order: token, scope, account visible, task, terms, parameters, room. The code when the
room is used up was found in no source: 2654 is the likeliest, its subcode is INVENTED HERE.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from integrations.facebook.sandbox import accounts, paging, projection
from integrations.facebook.sandbox.accounts import AdAccount
from integrations.facebook.sandbox.answers import GraphError, invalid_parameter, missing_parameter
from integrations.facebook.sandbox.audiences import Audience
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.tokens import Token

if TYPE_CHECKING:
    from integrations.facebook.sandbox.world import World

FAILED = "(#2654) Failed to create custom audience"
INVENTED_NO_ROOM_SUBCODE = 9_990_500
SOURCES = ("USER_PROVIDED_ONLY", "PARTNER_PROVIDED_ONLY", "BOTH_USER_AND_PARTNER_PROVIDED")
GUIDE_LABELS = {
    *("QUALIFIED_LEADS", "DISQUALIFIED_LEADS", "APP_USERS", "TRIAL_USERS", "ENGAGED_USERS"),
    *("HIGH_VALUE_CUSTOMERS", "LOW_VALUE_CUSTOMERS", "AT_RISK", "DISENGAGED", "CUSTOMERS"),
}
SDK_LABELS = {"CART_ABANDONERS", "GENERAL_CUSTOMERS", "RECENT_PURCHASERS", "OTHER_1", "OTHER_2", "OTHER_3"}
OPERATORS: dict[str, Callable[[str, Any], bool]] = {
    "EQUAL": lambda have, want: have == str(want),
    "NOT_EQUAL": lambda have, want: have != str(want),
    "CONTAIN": lambda have, want: str(want).lower() in have.lower(),
}


def listed(world: "World", call: Call, token: Token, number: str) -> dict[str, Any]:
    token.require("ads_read", "ads_management")
    account = accounts.find(world, token, call.verb, f"act_{number}")
    keep = _filters(call)
    own = [audience for audience in world.living(account.id) if all(kept(audience) for kept in keep)]
    minimum = world.settings.delete_minimum
    return paging.page(call, own, lambda one: projection.node(one.values(account, minimum), call, "CustomAudience"))


def _filters(call: Call) -> list[Callable[[Audience], bool]]:
    rules = call.structured("filtering") or []
    return [_filter(rule) for rule in (rules if isinstance(rules, list) else [rules])]


def _filter(rule: Any) -> Callable[[Audience], bool]:
    """Text fields only, and the operators a client of lists may want."""
    try:
        field, compare, value = rule["field"], OPERATORS[rule["operator"]], rule["value"]
    except (KeyError, TypeError):
        raise invalid_parameter("Param filtering is not understood.") from None
    if field not in ("id", "name", "description", "subtype"):
        raise invalid_parameter(f"Param filtering: cannot filter by {field}.")
    return lambda audience: compare(getattr(audience, field), value)


def create(world: "World", call: Call, token: Token, number: str) -> dict[str, Any]:
    token.require("ads_management")
    account = accounts.find(world, token, call.verb, f"act_{number}")
    _check_task(account)
    _check_terms(account)
    facts = _facts(call)
    _check_room(world, account)
    audience = world.add_audience(account.id, **facts)
    audience.screen()
    return {"id": audience.id}


def _check_task(account: AdAccount) -> None:
    if not account.may_write:
        explained = "You need to be able to advertise on this ad account."
        raise GraphError(2654, FAILED, subcode=1713092, title="No Write Permission", explained=explained)


def _check_terms(account: AdAccount) -> None:
    if not account.tos_accepted:
        link = f"https://business.facebook.com/ads/manage/customaudiences/tos/?act={account.number}"
        raise GraphError(
            200,
            "(#200) Custom Audience Terms Not Accepted",
            subcode=1870090,
            title="Custom Audience Terms Not Accepted",
            explained=f"Accept the Custom Audience Terms before you create an audience: {link}",
        )


def _facts(call: Call) -> dict[str, Any]:
    """Unknown parameters are passed over, as Graph does."""
    for name in ("name", "subtype", "customer_file_source"):
        if not call.text(name):
            raise missing_parameter(name)
    if call.text("subtype") != "CUSTOM":
        raise GraphError(2654, f"{FAILED}: subtype not accepted", subcode=1870053)
    if call.text("customer_file_source") not in SOURCES:
        raise invalid_parameter(f"Param customer_file_source must be one of {', '.join(SOURCES)}.")
    _check_labels(call.structured("audience_labels"))
    return {
        "name": call.text("name"),
        "description": call.text("description"),
        "customer_file_source": call.text("customer_file_source"),
        "retention_days": _retention(call.text("retention_days")),
        "is_value_based": call.text("is_value_based") in ("true", "1"),
    }


def _check_labels(labels: Any) -> None:
    if labels is not None and not (isinstance(labels, list) and set(map(str, labels)) <= GUIDE_LABELS | SDK_LABELS):
        raise invalid_parameter("Param audience_labels must be a list of documented labels.")


def _retention(text: str) -> int:
    """0 is "for ever", which is what leaving it out means."""
    if not text:
        return 0
    if not text.isdecimal() or not 1 <= int(text) <= 180:
        raise invalid_parameter("Param retention_days must be between 1 and 180.")
    return int(text)


def _check_room(world: "World", account: AdAccount) -> None:
    customer_lists = sum(audience.subtype == "CUSTOM" for audience in world.living(account.id))
    if customer_lists >= world.settings.audience_limit:
        raise GraphError(
            2654,
            FAILED,
            subcode=INVENTED_NO_ROOM_SUBCODE,
            title="Too Many Custom Audiences (subcode invented by the sandbox)",
            explained=f"This ad account has {customer_lists} customer list audiences. Delete some to make room.",
        )
