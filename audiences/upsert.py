"""Writes many profiles in one statement: new ones are made, present ones get what is known of them.

A text "" or a date None is "no information" and changes nothing; the JSON of custom attributes is put in as it is.
On PostgreSQL the JSON is laid over what is there, in case the profile was made since it was read.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection

from .models import Profile

FIELDS = {field.column: field for field in Profile._meta.concrete_fields if not field.primary_key}
UPDATED = {
    "attributes": {
        "sqlite": "excluded.attributes",
        "postgresql": "audiences_profile.attributes || excluded.attributes",
    },
    "date_of_birth": "COALESCE(excluded.date_of_birth, audiences_profile.date_of_birth)",
    "updated_at": "excluded.updated_at",
}


def upsert(columns: list[str], rows: list[tuple], now: datetime) -> None:
    """`columns` are fields of Profile, external_id among them; a row holds their values, no external_id twice."""
    rest = {name: field.get_default() for name, field in FIELDS.items() if name not in columns}
    rest |= {"attributes": "{}"} if "attributes" in rest else {}
    rest |= {"created_at": now, "updated_at": now}
    constant = tuple(stored(value) for value in rest.values())
    names = [*columns, *rest]
    changed = [name for name in (*columns, "updated_at") if name != "external_id"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = [list(column) for column in zip(*(row + constant for row in rows), strict=True)]
            cursor.execute(statement(names, changed, unnest(names)), arrays)
        else:
            cursor.executemany(statement(names, changed, question_marks(names)), [row + constant for row in rows])


def statement(names: list[str], changed: list[str], source: str) -> str:
    sets = ", ".join(f"{name} = {after(name)}" for name in changed)
    into = f"INTO audiences_profile ({', '.join(names)})"
    return " ".join(["INSERT", into, source, "ON CONFLICT (external_id) DO UPDATE SET", sets])


def after(name: str) -> str:
    """What a field of a present profile becomes."""
    known = UPDATED.get(name, f"COALESCE(NULLIF(excluded.{name}, ''), audiences_profile.{name})")
    return known[connection.vendor] if isinstance(known, dict) else known


def unnest(names: list[str]) -> str:
    arrays = (f"%s::{FIELDS[name].db_type(connection)}[]" for name in names)
    return " ".join(["SELECT * FROM unnest(", ", ".join(arrays), ")"])


def question_marks(names: list[str]) -> str:
    return f"VALUES ({', '.join(['%s'] * len(names))})"


def stored(value: Any) -> Any:
    """Times and dates as the database takes them."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
