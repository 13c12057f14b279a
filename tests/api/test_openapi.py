"""The OpenAPI document says what the code does."""

import json
import re

from audiences import filters, operators
from audiences.attributes import BUILT_IN
from audiences.track import KINDS
from canvas.document_faults import KEYS
from config.api import api

SCHEMA = api.get_openapi_schema()
SCHEMAS = SCHEMA["components"]["schemas"]


def test_it_names_every_kind_of_filter_and_every_op():
    alternatives = SCHEMAS["Filter"]["oneOf"]
    assert {one["required"][0] for one in alternatives} == set(filters.CONDITIONS)
    [condition] = [one for one in alternatives if "attribute" in one["properties"]]
    assert condition["properties"]["op"]["enum"] == list(operators.KNOWN)


def test_it_names_every_key_of_a_canvas_and_of_a_person():
    assert set(SCHEMAS["CanvasDocument"]["properties"]) == KEYS
    assert set(SCHEMAS["TrackedPerson"]["properties"]) == set(BUILT_IN)
    assert set(SCHEMAS["Tracked"]["properties"]) == set(KINDS)
    assert set(BUILT_IN) < set(SCHEMAS["ProfileAnswer"]["properties"])


def test_every_schema_that_is_referred_to_is_there():
    referred = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(SCHEMA)))
    assert referred <= set(SCHEMAS)


def test_every_call_is_called_something_and_says_more():
    calls = [call for methods in SCHEMA["paths"].values() for call in methods.values()]
    assert len({call["summary"] for call in calls}) == len(calls)
    assert all(call["description"] and call["x-scope"] for call in calls)
