"""How the database is emptied after a test with real transactions: only of what holds a row, and of nothing that every
installation has. To empty every table and make permissions and roles anew takes a second of each such test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush

from config.team import audit_guard
from tests.guard import lifting

STAY = {model._meta.db_table for model in (ContentType, Permission, Group, Group.permissions.through)}


@contextmanager
def lightly() -> Iterator[None]:
    """Django's flush does it so meanwhile; the audit log's guard stands again after it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", emptying)
        patch.setattr(flush, "emit_post_migrate_signal", lambda verbosity, asks, using: audit_guard.ensure(using))
        yield


def emptying(style, database, **kwargs) -> list[str]:
    """Foreign keys are looked at when all of it is done, so any order will do."""
    tables = filled(database)
    return [*(lifting() if audit_guard.TABLE in tables else ()), *(f"DELETE FROM {name};" for name in tables)]  # noqa: S608


def filled(database) -> list[str]:
    tables = sorted(set(database.introspection.django_table_names(include_views=False)) - STAY)
    with database.cursor() as cursor:
        holds = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables)  # noqa: S608
        cursor.execute(" UNION ALL ".join(holds))
        return [name for (name,) in cursor.fetchall()]
