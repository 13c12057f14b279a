"""What `/users` is given: payload and session, and whether they may pass (Meta: custom audience users; contract 4.1).

A wrong payload fails the whole request. Meta documents 100 for it; that more than 10,000 rows give 100 is a choice
[unsure], and so is refusing a column named twice, an unknown one, and a session id that belongs to another list.
"""

from dataclasses import dataclass
from typing import Any

from integrations.facebook.sandbox.answers import GraphError, invalid_parameter, missing_parameter
from integrations.facebook.sandbox.call import Call
from integrations.facebook.sandbox.people import Row, Schema

MAX_ROWS = 10_000
SINGLE = ("EMAIL_SHA256", "PHONE_SHA256", "MOBILE_ADVERTISER_ID", "EXTERN_ID")
HASHED = ("EMAIL", "PHONE", "GEN", "DOBY", "DOBM", "DOBD", "LN", "FN", "FI", "CT", "ST", "ZIP", "COUNTRY")
LIMITED_USE = ("DATA_PROCESSING_OPTIONS", "DATA_PROCESSING_OPTIONS_COUNTRY", "DATA_PROCESSING_OPTIONS_STATE")
MULTI = (*HASHED, "EXTERN_ID", "MADID", "PAGEUID", "APPUID", "LOOKALIKE_VALUE", *LIMITED_USE)
CELL = (str, int, float, bool, type(None))


@dataclass
class Upload:
    schema: Schema
    rows: list[Row]
    source: str
    """MULTI_HASHES for an array schema, HASHES_OR_USER_IDS for a string (contract 3.4)."""
    session_id: str
    """Empty when no session was given: every real uploader seen leaves it out, and Meta then makes one up."""


def read(call: Call) -> Upload:
    payload = call.structured("payload")
    if payload is None:
        raise missing_parameter("payload")
    if not isinstance(payload, dict):
        raise invalid_parameter("Param payload must be an object.")
    schema, source = _schema(payload.get("schema"))
    _needs(payload, schema)
    return Upload(schema, _rows(payload.get("data"), schema, source), source, session(call))


def _schema(schema: Any) -> tuple[Schema, str]:
    if isinstance(schema, str) and schema in SINGLE:
        return (schema,), "HASHES_OR_USER_IDS"
    if isinstance(schema, list) and schema and all(key in MULTI for key in schema) and len(set(schema)) == len(schema):
        return tuple(schema), "MULTI_HASHES"
    raise invalid_parameter("Invalid schema: a single key, or a list of different keys, that are documented.")


def _needs(payload: dict[str, Any], schema: Schema) -> None:
    if "APPUID" in schema and not payload.get("app_ids"):
        raise invalid_parameter("APPUID needs app_ids.")
    pages = payload.get("page_ids")
    if "PAGEUID" in schema and not (isinstance(pages, list) and len(pages) == 1):
        raise invalid_parameter("PAGEUID needs page_ids with exactly one page.")


def _rows(data: Any, schema: Schema, source: str) -> list[Row]:
    if not isinstance(data, list) or not data:
        raise invalid_parameter("The payload has no data.")
    if len(data) > MAX_ROWS:
        raise invalid_parameter(f"Too many users: at most {MAX_ROWS} in a request.")
    rows = [[row] if isinstance(row, str) else row for row in data] if source == "HASHES_OR_USER_IDS" else data
    if any(type(row) is not list or len(row) != len(schema) for row in rows):
        raise invalid_parameter("The data does not fit the schema.")
    if not all(_plain(row, schema) for row in rows):
        raise invalid_parameter("The cells of the data must be plain values.")
    return rows


def _plain(row: Row, schema: Schema) -> bool:
    if all(type(cell) is str for cell in row):
        return True
    return all(isinstance(cell, CELL) or key == LIMITED_USE[0] for key, cell in zip(schema, row, strict=True))


def session(call: Call) -> str:
    given = call.structured("session")
    if given is None:
        return ""
    if not isinstance(given, dict):
        raise invalid_parameter("Param session must be an object.")
    session_id, sequence = _whole(given.get("session_id")), _whole(given.get("batch_seq"))
    if not 0 < session_id < 2**63 or sequence < 1 or not isinstance(given.get("last_batch_flag"), bool):
        raise invalid_parameter("The session needs a positive int64 session_id, a batch_seq from 1, a last_batch_flag.")
    return str(session_id)


def _whole(value: Any) -> int:
    """0 for what is no whole number; digits in a string will do."""
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if type(value) is int else 0


def check_source(first: str | None, now: str) -> None:
    """A list first filled by an array schema takes no string schema. The other way round is not on record: passes."""
    if first == "MULTI_HASHES" and now != first:
        message = f"created from data source FILE_IMPORTED.{first}, which does not support FILE_IMPORTED.{now}."
        raise GraphError(2650, f"(#2650) The audience was {message}")
