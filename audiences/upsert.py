"""Writes many profiles in one statement: new ones are made, present ones get what is known of them.

A text "" or a date None is "no information" and changes nothing; the JSON of custom attributes is put in as it is.
A person whom one import made is that import's until anything else writes them, even nothing new.
On PostgreSQL the JSON is laid over what is there, in case the profile was made since it was read.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Case, F, Value, When

from .models import Profile

FIELDS = {field.column: field for field in Profile._meta.concrete_fields if not field.primary_key}
UPDATED = {
    "attributes": {
        "sqlite": "excluded.attributes",
        "postgresql": "audiences_profile.attributes || excluded.attributes",
    },
    "date_of_birth": "COALESCE(excluded.date_of_birth, audiences_profile.date_of_birth)",
    "updated_at": "excluded.updated_at",
    "made_by_id": "CASE WHEN audiences_profile.made_by_id = excluded.made_by_id THEN excluded.made_by_id END",
}


def upsert(columns: list[str], rows: list[tuple], now: datetime, made_by: int | None = None) -> None:
    """`columns` are fields of Profile, external_id among them; a row holds their values, no external_id twice.

    `made_by`: the id of the import that writes.
    """
    rest = {name: field.get_default() for name, field in FIELDS.items() if name not in columns}
    rest |= {"attributes": "{}"} if "attributes" in rest else {}
    rest |= {"created_at": now, "updated_at": now, "made_by_id": made_by}
    constant = tuple(stored(value) for value in rest.values())
    names = [*columns, *rest]
    into = f"INSERT INTO audiences_profile ({', '.join(names)})"
    changed = [name for name in (*columns, "updated_at", "made_by_id") if name != "external_id"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = [array(column) for column in zip(*rows, strict=True)]
            cursor.execute(f"{into} {unnest(columns, list(rest))} {on_conflict(changed)}", [*constant, *arrays])
        else:
            marks = ", ".join(["%s"] * len(names))
            cursor.executemany(f"{into} VALUES ({marks}) {on_conflict(changed)}", [row + constant for row in rows])


def on_conflict(changed: list[str]) -> str:
    sets = ", ".join(f"{name} = {after(name)}" for name in changed)
    return f"ON CONFLICT (external_id) DO UPDATE SET {sets}"


def after(name: str) -> str:
    """What a field of a present profile becomes."""
    known = UPDATED.get(name, f"COALESCE(NULLIF(excluded.{name}, ''), audiences_profile.{name})")
    return known[connection.vendor] if isinstance(known, dict) else known


def unnest(columns: list[str], constant: list[str]) -> str:
    """Rows of the columns, which come as arrays, with what is the same in all of them."""
    same = (f"%s::{FIELDS[name].db_type(connection)}" for name in constant)
    arrays = (f"%s::{FIELDS[name].db_type(connection)}[]" for name in columns)
    return f"SELECT {', '.join(['item.*', *same])} FROM unnest({', '.join(arrays)}) AS item"  # noqa: S608


def array(cells: tuple) -> str:
    """An array as PostgreSQL reads it. The driver's own way takes as long as the whole statement."""
    return "{" + ",".join(["NULL" if cell is None else quoted(str(cell)) for cell in cells]) + "}"


def quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def stored(value: Any) -> Any:
    """Times and dates as the database takes them."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


def clear(gone: dict[str, list[str]]) -> None:
    """Makes fields unknown, which `upsert` never does: by column, the external ids of those who lose it."""
    if gone:
        changes = {name: Case(unknown(name, some), default=F(name)) for name, some in gone.items()}
        Profile.objects.filter(external_id__in={who for some in gone.values() for who in some}).update(**changes)


def unknown(name: str, external_ids: list[str]) -> When:
    empty = Value(FIELDS[name].get_default(), output_field=FIELDS[name])
    return When(external_id__in=external_ids, then=empty)


def forget(gone: dict[str, set[str]]) -> None:
    """Takes custom attributes away: by external id, their names. Rows are read again, since `upsert` merged them."""
    people = Profile.objects.select_for_update().filter(external_id__in=sorted(gone)).order_by("external_id")
    losing = [person for person in people if gone[person.external_id] & person.attributes.keys()] if gone else []
    for person in losing:
        for name in gone[person.external_id]:
            person.attributes.pop(name, None)
    Profile.objects.bulk_update(losing, ["attributes"])
