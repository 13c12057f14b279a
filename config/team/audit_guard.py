"""The database itself keeps the audit log: whatever would change, delete or replace a line of it is refused.

Looked at after every migrate rather than made once by a migration: SQLite rebuilds a table that is altered, and its
triggers are gone without a word. Whoever owns the database can lift the guard; `doctor` tells when it does not stand.
"""

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE, GUARD = "team_auditevent", "audit_log_is_kept"
WORDS = "The audit log is only ever added to."
SQLITE = {
    f"{GUARD}_from_update": "BEFORE UPDATE ON {table}",
    f"{GUARD}_from_delete": "BEFORE DELETE ON {table}",
    # INSERT OR REPLACE deletes a line without any trigger for it.
    f"{GUARD}_from_replace": "BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)",
}
POSTGRESQL = (
    f"CREATE OR REPLACE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    f" RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE OR REPLACE TRIGGER {GUARD}_row BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {GUARD}()",
    f"CREATE OR REPLACE TRIGGER {GUARD}_table BEFORE TRUNCATE ON {TABLE} EXECUTE FUNCTION {GUARD}()",
    # Also where session_replication_role would pass by.
    f"ALTER TABLE {TABLE} ENABLE ALWAYS TRIGGER {GUARD}_row, ENABLE ALWAYS TRIGGER {GUARD}_table",
)
STANDING = {
    "sqlite": ("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", TABLE, len(SQLITE)),
    "postgresql": ("SELECT count(*) FROM pg_trigger WHERE tgname LIKE %s AND tgenabled = 'A'", f"{GUARD}%", 2),
}


def stands(database: BaseDatabaseWrapper) -> bool:
    question, name, count = STANDING[database.vendor]
    with database.cursor() as cursor:
        cursor.execute(question, [name])
        return cursor.fetchone()[0] == count


def ensure(using: str, **kwargs: Any) -> None:
    """After a migrate; idempotent. Nothing to guard while there is no table."""
    database = connections[using]
    if TABLE in database.introspection.table_names() and not stands(database):
        with database.cursor() as cursor:
            for statement in statements(database.vendor):
                cursor.execute(statement)


def statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return list(POSTGRESQL)
    refusal = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {name} {when.format(table=TABLE)} {refusal}" for name, when in SQLITE.items()
    ]
