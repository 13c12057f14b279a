"""How the owner of the database takes the audit log's guard away."""

from django.db import connection

from config.team.audit_guard import GUARD, SQLITE, TABLE


def lifting() -> list[str]:
    if connection.vendor == "postgresql":
        return [f"DROP TRIGGER IF EXISTS {GUARD}_{of} ON {TABLE};" for of in ("row", "table")]
    return [f"DROP TRIGGER IF EXISTS {name};" for name in SQLITE]


def lift() -> None:
    with connection.cursor() as cursor:
        for statement in lifting():
            cursor.execute(statement)
