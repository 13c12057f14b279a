"""What Fernway Outdoor looks like on its first day: its ad accounts, segments and Canvas documents."""

HOME, EUROPE = "act_1001", "act_1005"
SENDER = "Fernway Outdoor <news@fernway.example>"
BUSINESS = {"id": "1157392048103665", "name": "Fernway Outdoor"}
AD_ACCOUNTS = {
    HOME: {"name": "Fernway Outdoor"},
    "act_1002": {"name": "Fernway Outlet"},
    "act_1003": {"name": "Fernway Archive"},
    "act_1004": {"name": "Fernway Agency"},
    EUROPE: {"name": "Fernway Europe", "currency": "EUR", "timezone_name": "Europe/Berlin"},
}

HIGH_VALUE, LAPSED, LOYAL = "High-value customers", "Lapsed 90 days", "Loyal members"
READERS, SEED = "Newsletter readers", "Seed for lookalikes"
LEFT_CART, COME_AGAIN = "Left their cart this week", "Bought again this season"
SPENT_500 = {"attribute": "lifetime_value", "op": "gte", "value": 500}
SEGMENTS = {
    HIGH_VALUE: SPENT_500,
    LAPSED: {
        "all": [
            {"attribute": "last_order_at", "op": "exists"},
            {"attribute": "last_order_at", "op": "not_within_last", "value": "P90D"},
        ]
    },
    LOYAL: {"attribute": "loyalty_tier", "op": "is_any_of", "value": ["Pathfinder", "Summit"]},
    READERS: {"attribute": "newsletter", "op": "is", "value": True},
    LEFT_CART: {
        "all": [
            {"event": "added_to_cart", "op": "exists", "within": "P7D"},
            {"purchase": "any", "op": "not_exists", "within": "P7D"},
        ]
    },
    COME_AGAIN: {"all": [{"purchase": "any", "op": "at_least", "value": 2, "within": "P180D"}]},
    SEED: {
        "all": [
            {"segment": HIGH_VALUE},
            {"attribute": "last_order_at", "op": "within_last", "value": "P180D"},
            {"any": [{"attribute": "email", "op": "exists"}, {"attribute": "phone", "op": "exists"}]},
        ]
    },
}

IDENTITY = ["email", "phone", "first_name", "last_name", "zip", "country"]


def facebook(key: str, account: str, fields: list[str], then: str = "", **settings: str) -> dict:
    chosen = {"ad_account": account, "fields": fields} | settings
    return {"key": key, "type": "facebook_audience", "settings": chosen, "next": {"next": then} if then else {}}


def canvas(name: str, segment: str, *steps: dict) -> dict:
    entry = {"type": "scheduled", "at": "launch"}
    return {"name": name, "entry": entry, "audience": {"segment": segment}, "steps": list(steps)}


WIN_BACK = canvas(
    "Win back lapsed customers",
    LAPSED,
    facebook("retarget", HOME, IDENTITY, "wait", audience_name="Fernway: win back"),
    {"key": "wait", "type": "delay", "settings": {"duration": "P2D"}, "next": {"next": "spent-much"}},
    {"key": "spent-much", "type": "decision_split", "settings": {"filter": SPENT_500}, "next": {"yes": "best"}},
    facebook("best", HOME, IDENTITY, audience_name="Fernway: win back, best customers"),
)
SUPPRESS = canvas(
    "Spare loyal members our ads",
    LOYAL,
    {"key": "wait", "type": "delay", "settings": {"duration": "PT30M"}, "next": {"next": "suppress"}},
    facebook("suppress", EUROPE, ["email", "phone"], audience_name="Fernway: loyal members, exclude"),
)
LOOKALIKE = canvas("Lookalike seed for spring", SEED, facebook("seed", HOME, [*IDENTITY, "date_of_birth"]))
"""The draft: its custom audience still has no name."""
