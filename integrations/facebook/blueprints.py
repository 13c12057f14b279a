"""The four jobs that the product is bought for, each as a ready-made Canvas.

The names of custom attributes are those that brands and the best-known tools most often use.
"""

from canvas.blueprints import Blueprint

MANY_FIELDS = ["email", "phone", "first_name", "last_name", "zip", "country"]
MOST_FIELDS = [*MANY_FIELDS, "city", "state", "date_of_birth", "gender"]

REGULARS = {"purchase": "any", "op": "at_least", "value": 3, "within": "P365D"}
BOUGHT = {"purchase": "any", "op": "exists"}
REACHABLE = {"any": [{"attribute": "email", "op": "exists"}, {"attribute": "phone", "op": "exists"}]}
HIGH_VALUE = (
    {"attribute": "lifetime_value", "op": "gte", "value": 500},
    {"attribute": "customer_lifetime_value", "op": "gte", "value": 500},
    {"attribute": "ltv", "op": "gte", "value": 500},
    {"attribute": "total_spent", "op": "gte", "value": 500},
    {"attribute": "total_revenue", "op": "gte", "value": 500},
    {"attribute": "vip", "op": "is", "value": True},
    {"attribute": "is_vip", "op": "is", "value": True},
    REGULARS,
)
LAST_ORDER = ("last_order_at", "last_purchase_at", "last_order_date", "last_purchase_date", "last_seen_at")
LAPSED = (
    {"all": [BOUGHT, BOUGHT | {"op": "not_exists", "within": "P90D"}]},
    *(
        {
            "all": [
                {"attribute": name, "op": "exists"},
                {"attribute": name, "op": "not_within_last", "value": "P90D"},
            ]
        }
        for name in LAST_ORDER
    ),
)
CAME_BACK = tuple({"attribute": name, "op": "within_last", "value": "P3D"} for name in LAST_ORDER)
LOYAL = (
    {"attribute": "loyalty_tier", "op": "exists"},
    {"attribute": "loyalty_level", "op": "exists"},
    {"attribute": "loyalty_member", "op": "is", "value": True},
    {"attribute": "is_member", "op": "is", "value": True},
    {"attribute": "loyalty_points", "op": "gte", "value": 1},
    REGULARS,
)


def facebook(key: str, audience_name: str, fields: list[str]) -> dict:
    """A Facebook Audience Step; its ad account is for the marketer to choose."""
    chosen = {"audience_name": audience_name + "{twin}", "fields": fields}
    return {"key": key, "type": "facebook_audience", "settings": chosen, "next": {}}


def wait(key: str, duration: str, then: str) -> dict:
    return {"key": key, "type": "delay", "settings": {"duration": duration}, "next": {"next": then}}


def until_they_buy(key: str, window: str, then: str) -> dict:
    """Who buys anything has done what she was to do, and leaves."""
    settings = {"window": window, "actions": [{"name": "Bought", "purchase": "any"}]}
    return {"key": key, "type": "action_paths", "settings": settings, "next": {"everyone_else": then}}


def split(key: str, filters: tuple, **ways: str) -> dict:
    return {"key": key, "type": "decision_split", "settings": {"filter": filters}, "next": ways}


ANOTHER_CHANNEL = Blueprint(
    key="another-channel",
    name="Reach high-value customers",
    icon="star",
    job="Meet your best customers on one more channel.",
    does="Who has an e-mail address gets three days for what you send there; everybody then comes into a custom "
    "audience, and those without an address do so at once.",
    audience=(*HIGH_VALUE, REACHABLE),
    steps=(
        split("has-email", ({"attribute": "email", "op": "exists"},), yes="wait", no="high-value"),
        wait("wait", "P3D", "high-value"),
        facebook("high-value", "High-value customers", MANY_FIELDS),
    ),
)
RETARGET = Blueprint(
    key="retarget",
    name="Retarget people who don’t answer",
    icon="loop",
    job="Follow up at Facebook where people don’t answer elsewhere.",
    does="People who have been away for long get three days to answer what you send elsewhere; who buys something "
    "leaves. Who hasn’t come back by then, as far as we know, comes into a custom audience.",
    audience=(*LAPSED, REACHABLE),
    steps=(
        until_they_buy("wait", "P3D", "came-back"),
        split("came-back", CAME_BACK, no="no-answer"),
        facebook("no-answer", "No answer elsewhere", MANY_FIELDS),
    ),
)
SUPPRESS = Blueprint(
    key="suppress",
    name="Suppress ads for loyal customers",
    icon="shield",
    job="Spend nothing on people who are loyal already.",
    does="Loyal customers come into a custom audience at once. Exclude it from your ads in Ads Manager.",
    audience=(*LOYAL, *HIGH_VALUE, REACHABLE),
    steps=(facebook("loyal", "Loyal customers, exclude", ["email", "phone"]),),
)
LOOKALIKE = Blueprint(
    key="lookalike",
    name="Feed a lookalike seed",
    icon="seed",
    job="Let Facebook find more people like your best customers.",
    does="Your best customers come into a custom audience, with every field that helps to match them. Make a lookalike "
    "audience of it in Ads Manager.",
    audience=(*({"all": [best, REACHABLE]} for best in HIGH_VALUE), REACHABLE),
    steps=(facebook("seed", "Lookalike seed", MOST_FIELDS),),
)
ALL = (ANOTHER_CHANNEL, RETARGET, SUPPRESS, LOOKALIKE)
