"""The Canvas document as a JSON schema, for the OpenAPI document. What really decides is `canvas.document`."""

from collections.abc import Iterator

from audiences.api.grammar import PROPERTY, SAID, closed

from ..document_faults import KEY
from ..entry_faults import LIMITS
from ..outcome_faults import MOST_CONVERSIONS
from ..recurring import EVERY
from ..steps import registry
from ..values import WEEKDAYS

TEXT = {"type": "string"}
OBJECT, NOTHING, MAYBE = {"type": "object"}, {"type": "null"}, {"type": ["string", "null"]}
FILTER = {"$ref": "#/components/schemas/Filter"}
WHERE = {"where": {"type": "array", "items": PROPERTY}}
DEEDS = {"event": TEXT, "purchase": TEXT | {"description": "A product id, or `any`."}}
POSITIVE = {"type": "integer", "minimum": 1}
WITHIN = TEXT | {"examples": ["P3D"]}


def asked(*required: str, **more: dict) -> list[dict]:
    """Either an event or a purchase, with conditions on its properties."""
    return [closed({**more, key: deed, **WHERE}, *required, key) for key, deed in DEEDS.items()]


STEP = {
    "type": "object", "required": ["key", "type"], "additionalProperties": False,
    "properties": {
        "key": TEXT | {"description": "Its name for ever, within this Canvas.", "pattern": f"^{KEY.pattern}$"},
        "type": {"enum": sorted(registry.TYPES)},
        "settings": OBJECT | {"description": "Of the type; may be incomplete in a draft."},
        "next": OBJECT | {"description": "Branch to the key of a step.", "additionalProperties": TEXT},
    },
}  # fmt: skip
CONVERSION = {"oneOf": asked("name", "within", name=TEXT, within=WITHIN)}
CANVAS_DOCUMENT = {
    "description": "A journey; also what export and import use. The first step is the entry point.",
    "type": "object", "required": ["name"], "additionalProperties": False,
    "properties": {
        "name": SAID | {"maxLength": 100},
        "entry": {
            "description": "At a time (`at`: `launch`, or ISO 8601), by an event or a purchase, or by a call.",
            "oneOf": [
                NOTHING,
                OBJECT | {"properties": {"type": {"const": "scheduled"}, "at": TEXT}, "required": ["type", "at"]},
                OBJECT | {
                    "properties": {
                        "type": {"const": "scheduled"}, "every": {"enum": list(EVERY)}, "time": TEXT, "until": MAYBE,
                        "weekdays": {"type": "array", "items": {"enum": list(WEEKDAYS)}},
                        "day": {"type": "integer", "minimum": 1, "maximum": 31},
                    },
                    "required": ["type", "every", "time"],
                },
                *asked("type", type={"const": "action"}, until=MAYBE, **{"from": MAYBE}),
                closed({"type": {"const": "api"}}, "type"),
            ],
        },
        "audience": {
            "oneOf": [NOTHING, closed({"segment": TEXT}, "segment"), closed({"filter": FILTER}, "filter")],
        },
        "reentry": {
            "oneOf": [
                NOTHING,
                closed({"allowed": {"type": "boolean"}, "after": TEXT | {"examples": ["P1D"]}}, "allowed"),
            ]
        },
        "limit": {
            "description": "How many people may enter, of all or of a day; or of each scheduled run.",
            "oneOf": [NOTHING, closed({"max": POSITIVE, "per": {"enum": list(LIMITS)}}, "max", "per")],
        },
        "exit": {
            "description": "Who leaves before the end: by what they do at once, by a filter before the next step.",
            "oneOf": [NOTHING, *asked(), closed({"filter": FILTER}, "filter")],
        },
        "conversions": {
            "description": "What counts as a success, once a trip, within a time after entering.",
            "oneOf": [NOTHING, {"type": "array", "maxItems": MOST_CONVERSIONS, "items": CONVERSION}],
        },
        "steps": {"type": "array", "items": STEP},
    },
}  # fmt: skip
RECIPIENT = {
    "type": "object", "required": ["external_id"], "additionalProperties": False,
    "properties": {"external_id": SAID, "properties": OBJECT | {"description": "Kept with the trip."}},
}  # fmt: skip
TRIGGERED = {
    "type": "object", "required": ["recipients"], "additionalProperties": False,
    "properties": {"recipients": {"type": "array", "maxItems": 1000, "items": RECIPIENT}},
}  # fmt: skip
SCHEMAS = {"CanvasDocument": CANVAS_DOCUMENT, "Triggered": TRIGGERED}


def example_steps() -> Iterator[dict]:
    """One step of each type that has one way out, in a row."""
    straight = [kind for kind in registry.TYPES.values() if tuple(kind.branches(kind.example)) == ("next",)]
    for kind, following in zip(straight, [*straight[1:], None], strict=True):
        link = {"next": following.type} if following else {}
        yield {"key": kind.type, "type": kind.type, "settings": dict(kind.example), "next": link}


EXAMPLE = {
    "name": "Win back", "entry": {"type": "scheduled", "at": "launch"}, "audience": {"segment": "American"},
    "steps": list(example_steps()),
}  # fmt: skip
