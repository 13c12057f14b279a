"""Which rows of an upload are invalid, and why: they are counted and sampled in a 200 (contract 4.2).

A hashed key's cell must be empty or 64 lower-case hex digits ([likely]: Meta says wrong hashes are counted, in 2017
it did not). An empty EXTERN_ID was recorded as invalid although the row's other cells were good. That a row without
any value is invalid is a choice [unsure].
"""

import re
from collections.abc import Callable
from typing import Any

import orjson

from integrations.facebook.sandbox.people import Row, Schema
from integrations.facebook.sandbox.uploads import HASHED

MAX_SAMPLES = 100
HASH = re.compile(r"[0-9a-f]{64}")
Judge = Callable[[Any], str]


def _hash(cell: Any) -> str:
    return "" if cell == "" or (isinstance(cell, str) and HASH.fullmatch(cell)) else "invalid hash"


def _external_id(cell: Any) -> str:
    return "empty external ID" if cell in ("", None) else ""


def _value(cell: Any) -> str:
    try:
        return "" if cell == "" or float(cell) >= 0 else "invalid value"
    except (TypeError, ValueError):
        return "invalid value"


JUDGES: dict[str, Judge] = {
    **dict.fromkeys((*HASHED, "EMAIL_SHA256", "PHONE_SHA256"), _hash),
    "EXTERN_ID": _external_id,
    "LOOKALIKE_VALUE": _value,
}


def invalid(schema: Schema, rows: list[Row], spoil: dict[str, Any] | None) -> dict[int, str]:
    """Row number -> reason. `spoil` is the fault `invalid_rows`, if it is on."""
    found = {number: "no identifier" for number, row in enumerate(rows) if not any(row)}
    for place, key in enumerate(schema):
        judge = JUDGES.get(key)
        if judge:
            found |= {number: reason for number, row in enumerate(rows) if (reason := judge(row[place]))}
    return found | (_spoilt(rows, spoil) if spoil else {})


def _spoilt(rows: list[Row], spoil: dict[str, Any]) -> dict[int, str]:
    if spoil["cell"]:
        return {number: spoil["reason"] for number, row in enumerate(rows) if spoil["cell"] in row}
    return dict.fromkeys(range(min(spoil["rows"], len(rows))), spoil["reason"])


def samples(rows: list[Row], invalid: dict[int, str]) -> dict[str, str]:
    """Compact JSON text of the row -> reason, 100 at most."""
    first = sorted(invalid)[:MAX_SAMPLES]
    return {orjson.dumps(rows[number]).decode(): invalid[number] for number in first}
