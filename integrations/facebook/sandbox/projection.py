"""The `fields` parameter: `id,name,business{id,name}` (Meta: ad account and custom audience references; contract 2.3).

A field that does not exist fails the whole call, one that has no value is left out, and `id` always comes along.
"""

import re
from typing import Any

from integrations.facebook.sandbox.answers import GraphError, invalid_parameter
from integrations.facebook.sandbox.call import Call

Fields = dict[str, "Fields"]
PIECES = re.compile(r"\w+|\S")


def wanted(call: Call, default: str) -> Fields:
    return parse(call.text("fields") or default)


def names(call: Call) -> set[str]:
    """The top-level fields asked for; nothing where they cannot be read."""
    try:
        return set(parse(call.text("fields") or "id"))
    except GraphError:
        return set()


def parse(text: str) -> Fields:
    pieces = PIECES.findall(text)
    fields = _read(pieces)
    if pieces:
        raise _syntax_error(pieces[0])
    return fields


def _read(pieces: list[str]) -> Fields:
    """Takes names, each with an optional {list}, from the front until something else comes."""
    fields: Fields = {}
    while pieces and re.fullmatch(r"\w+", pieces[0]):
        name = pieces.pop(0)
        fields[name] = _nested(pieces)
        if pieces and pieces[0] == ",":
            pieces.pop(0)
    return fields


def _nested(pieces: list[str]) -> Fields:
    if not pieces or pieces[0] != "{":
        return {}
    pieces.pop(0)
    inner = _read(pieces)
    if not pieces or pieces.pop(0) != "}":
        raise _syntax_error("end of string")
    return inner


def _syntax_error(found: str) -> GraphError:
    return GraphError(2500, f"Syntax error: the fields parameter is not understood at {found}.")


def node(values: dict[str, Any], call: Call, kind: str, default: str = "id") -> dict[str, Any]:
    return project(values, wanted(call, default), kind)


def project(values: dict[str, Any], fields: Fields, kind: str) -> dict[str, Any]:
    """`values` holds every field that exists, with None for those without a value."""
    unknown = [name for name in fields if name not in values]
    if unknown:
        raise invalid_parameter(f"Tried accessing nonexisting field ({unknown[0]}) on node type ({kind})")
    chosen = {name: _inside(values[name], inner) for name, inner in fields.items() if values[name] is not None}
    return {**chosen, "id": values["id"]}


def _inside(value: Any, fields: Fields) -> Any:
    if not isinstance(value, dict) or not fields:
        return value
    return {name: value[name] for name in {**fields, "id": {}} if name in value}
