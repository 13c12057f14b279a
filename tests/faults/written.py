"""Whatever was written where no secret and nobody's data belongs: every table but those of people, and any log."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO

from django.db import connection as database
from django_q.models import OrmQ

from tests.cast import OTHER_TOKEN, TOKEN

OF_PEOPLE = "audiences_"
"""Tables that hold people: there, and only there, is their data kept in clear."""
TOKENS = (TOKEN, OTHER_TOKEN)


def tables() -> Iterator[str]:
    """Every row of every table as it lies there; bells are opened."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            if not table.startswith(OF_PEOPLE):
                cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")  # noqa: S608
                yield from (f"{table} {read(row)}" for row in cursor.fetchall())
    yield from (str(bell.task) for bell in OrmQ.objects.all())


def read(row: tuple) -> str:
    return " ".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in row)


@contextmanager
def logs() -> Iterator[StringIO]:
    """What all loggers write, at every level, tracebacks included."""
    told, root = StringIO(), logging.getLogger()
    handler = logging.StreamHandler(told)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield told
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def assert_nothing_private(texts: Iterable[str], values: Iterable[str]) -> None:
    """`values` are those of people, as they were given and as they are sent."""
    secrets = [value for value in (*TOKENS, *values) if value]
    for text in texts:
        found = [value for value in secrets if value in text]
        assert not found, f"{found[0]!r} in {text[:2000]}"
