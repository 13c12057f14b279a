"""The Canvas document as a JSON schema, for the OpenAPI document. What really decides is `canvas.document`."""

TEXT = {"type": "string"}
OBJECT = {"type": "object"}
FILTER = {"$ref": "#/components/schemas/Filter"}
STEP = {
    "type": "object", "required": ["key", "type"], "additionalProperties": False,
    "properties": {
        "key": TEXT | {"description": "Its name for ever, within this Canvas."},
        "type": TEXT | {"examples": ["facebook_audience", "delay", "decision_split"]},
        "settings": OBJECT | {"description": "Of the type; may be incomplete in a draft."},
        "next": OBJECT | {"description": "Branch to the key of a step.", "additionalProperties": TEXT},
    },
}  # fmt: skip
CANVAS_DOCUMENT = {
    "description": "A journey; also what export and import use. The first step is the entry point.",
    "type": "object", "required": ["name"], "additionalProperties": False,
    "properties": {
        "name": TEXT | {"maxLength": 100},
        "entry": OBJECT | {
            "description": "`at` is `launch`, or a date and time in ISO 8601.",
            "properties": {"type": {"const": "scheduled"}, "at": TEXT},
        },
        "audience": {
            "oneOf": [OBJECT | {"properties": {"segment": TEXT}}, OBJECT | {"properties": {"filter": FILTER}}],
        },
        "reentry": OBJECT | {
            "properties": {"allowed": {"type": "boolean"}, "after": TEXT | {"examples": ["P1D"]}},
            "required": ["allowed"],
        },
        "steps": {"type": "array", "items": STEP},
    },
}  # fmt: skip
SCHEMAS = {"CanvasDocument": CANVAS_DOCUMENT}
EXAMPLE = {
    "name": "Win back", "entry": {"type": "scheduled", "at": "launch"}, "audience": {"segment": "American"},
    "steps": [
        {"key": "wait", "type": "delay", "settings": {"duration": "PT1H"}, "next": {"next": "fb"}},
        {"key": "fb", "type": "facebook_audience", "next": {}, "settings": {
            "ad_account": "act_1001", "audience_name": "Win back", "fields": ["email", "phone"]}},
    ],
}  # fmt: skip
