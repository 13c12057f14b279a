"""The filter grammar and the objects of /users/track as JSON schemas, for the OpenAPI document.

What really decides is `audiences.filters` and `audiences.incoming`; a test holds their names against these.
"""

from .. import behaviour, filters, incoming, operators, properties
from ..attributes import BUILT_IN

FILTER = {"$ref": "#/components/schemas/Filter"}
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
SAID = TEXT | {"minLength": 1}
"""A text that is not empty."""


def group(key: str) -> dict:
    return closed({key: {"type": "array", "items": FILTER}}, key)


def closed(properties: dict, *required: str) -> dict:
    """An object without any other key."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


ATTRIBUTE = closed(
    {
        "attribute": SAID | {"description": "A built-in or a custom attribute."},
        "op": {"enum": list(operators.KNOWN)},
        "value": {"description": "As the attribute's type; a list for is_any_of; for within_last P30D."},
    },
    "attribute", "op",
)  # fmt: skip


PROPERTY = closed({"property": SAID, "op": {"enum": list(operators.KNOWN)}, "value": {}}, "property", "op")


def counted(key: str, description: str) -> dict:
    """How often something was done."""
    return closed(
        {
            key: SAID | {"description": description},
            "op": {"enum": list(behaviour.COUNTS)},
            "value": WHOLE | {"description": "How often; none for exists and not_exists."},
            "within": WITHIN,
            "where": {"type": "array", "maxItems": properties.MOST_WHERE, "items": PROPERTY},
        },
        key, "op",
    )  # fmt: skip


WITHIN = TEXT | {"description": "Only what was within the last time, such as P30D."}
TOTAL = closed(
    {
        "purchase_total": TEXT | {"description": "A currency, ISO 4217."},
        "op": {"enum": list(behaviour.TOTALS)}, "value": {"type": "number"}, "within": WITHIN,
    },
    "purchase_total", "op", "value",
)  # fmt: skip
FILTERS = {
    "all": group("all"), "any": group("any"), "not": closed({"not": FILTER}, "not"), "attribute": ATTRIBUTE,
    "event": counted("event", "The name of an event."), "purchase": counted("purchase", "A product id, or `any`."),
    "purchase_total": TOTAL,
}  # fmt: skip
NAMED = [closed({kind: SAID}, kind) for kind in filters.CONDITIONS if kind not in FILTERS]
"""Conditions that only name something: a segment, and what other packages bring."""


def listed(schema: str) -> dict:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}


SCHEMAS = {
    "Filter": {
        "description": "People by what is known of them and what they did. `{\"all\": []}` is everybody.",
        "oneOf": [*FILTERS.values(), *NAMED],
    },
    "Segment": closed({"name": SAID | {"maxLength": 100}, "filter": FILTER}, "name", "filter"),
    "Tracked": closed(
        {
            "attributes": listed("TrackedPerson"), "events": listed("TrackedEvent"),
            "purchases": listed("TrackedPurchase"),
        }
    ),
    "TrackedPerson": {
        "description": "Other keys are custom attributes: texts, numbers, true or false. null clears.",
        "type": "object", "required": ["external_id"],
        "properties": {name: {"type": ["string", "null"]} for name in BUILT_IN} | {"external_id": SAID},
    },
    "TrackedEvent": closed(
        {"external_id": SAID} | dict.fromkeys(incoming.EVENT, SAID) | {"properties": {"type": "object"}},
        "external_id", "name", "time",
    ),
    "TrackedPurchase": closed(
        {"external_id": SAID} | dict.fromkeys(incoming.PURCHASE, SAID)
        | {"price": {"type": "number"}, "quantity": WHOLE, "properties": {"type": "object"}},
        "external_id", "product_id", "currency", "price", "time",
    ),
}  # fmt: skip
