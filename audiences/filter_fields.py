"""One condition as the fields of a form, there and back.

A condition that its fields would not give back to the letter (written by a program, with a time in another shape, say)
is carried along as JSON: it is shown, kept, and can be removed, but not changed here.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import SuspiciousOperation

from . import filter_deeds, filter_named, filter_values
from .attributes import ALIASES, BUILT_IN, Attribute
from .behaviour import CONDITIONS
from .filter_named import NAMED
from .filter_shape import turned
from .filter_values import KINDS, Fields, one_line
from .operators import OPS
from .values import storable

OTHER = ":"
"""Stands before what is chosen in the place of an attribute: `:event`, `:segment`."""
Known = Mapping[str, Attribute]


def type_of(attribute: str, known: Known) -> str:
    name = ALIASES.get(attribute, attribute)
    found = BUILT_IN.get(name) or known.get(name)
    return found.type if found else "text"


def fields_of(document: Any, known: Known) -> Fields:
    other = filter_named.fields_of(document) or filter_deeds.fields_of(document)
    fields = {**other, "attribute": OTHER + other["kind"]} if other else attribute_fields(document, known)
    if fields and printable(fields) and as_json(read_fields(fields, known)) == as_json(document):
        return fields
    return {"kind": "json", "json": as_json(document)}


def as_json(document: Any) -> str:
    return json.dumps(document, sort_keys=True)


def printable(fields: Fields) -> bool:
    return all(storable(text) for text in fields.values())


def attribute_fields(document: Any, known: Known) -> Fields | None:
    inner = turned(document) or document
    if not isinstance(inner, dict) or not isinstance(inner.get("attribute"), str):
        return None
    name, op = inner["attribute"], inner.get("op")
    type = type_of(name, known)
    if op not in OPS[type]:
        return None
    kind = filter_values.kind_of(type, op)
    shown = op if inner is document else f"not {op}"
    return {"kind": kind, "attribute": name, "op": shown} | dict(KINDS[kind].draw(inner.get("value", "")))


def read_fields(fields: Fields, known: Known) -> Any:
    """The condition that the fields make. Where another attribute was chosen, op and value are fitted to its type."""
    if fields["kind"] == "json":
        return read_json(fields.get("json", ""))
    if fields["kind"] not in (*KINDS, *NAMED, *CONDITIONS):
        raise SuspiciousOperation("This is no field of the filter form.")
    about = one_line(fields.get("attribute", ""))
    chosen = about.removeprefix(OTHER) if about.startswith(OTHER) else ""
    if chosen in NAMED:
        return filter_named.read(fields, chosen)
    return filter_deeds.read(fields, chosen) if chosen in CONDITIONS else read_attribute(fields, known)


def read_attribute(fields: Fields, known: Known) -> dict:
    name, op = one_line(fields.get("attribute", "")), fields.get("op", "is")
    type, plain = type_of(name, known), op.removeprefix("not ")
    if plain not in OPS[type]:
        op = plain = OPS[type][0]
    document = {"attribute": name, "op": plain}
    wanted = filter_values.kind_of(type, plain)
    if wanted != "nothing":
        was = fields["kind"] if fields["kind"] in KINDS else "nothing"
        document["value"] = filter_values.carried(KINDS[was].read(fields), was, wanted)
    return contrary(document, plain != op)


def contrary(document: dict, is_so: bool) -> dict:
    return {"not": document} if is_so else document


def read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise SuspiciousOperation("This is no field of the filter form.") from None
