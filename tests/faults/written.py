"""Whatever was written where no secret and nobody's data belongs: every table but those of people, and any log."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO
from urllib.parse import quote

from django.contrib.sessions.models import Session
from django.db import connection as database
from django_q.brokers import get_broker
from django_q.brokers.redis_broker import Redis
from django_q.models import OrmQ, Task
from django_q.signing import SignedPackage

from tests.cast import OTHER_TOKEN, TOKEN

OF_PEOPLE = "audiences_"
"""Tables that hold people: there, and only there, is their data kept in clear."""
TOKENS = (TOKEN, OTHER_TOKEN)
LOGGERS = ("", "urllib3", "django-q")
"""The root, and those that the settings keep quieter."""


def tables() -> Iterator[str]:
    """Every row of every table as it lies there; what is packed is opened: bells, their results, sessions."""
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            if not table.startswith(OF_PEOPLE):
                cursor.execute(f"SELECT * FROM {database.ops.quote_name(table)}")  # noqa: S608
                yield from (f"{table} {read(row)}" for row in cursor.fetchall())
    yield from (f"bell {bell.task}" for bell in OrmQ.objects.all())
    yield from (f"bell {SignedPackage.loads(bell)}" for bell in in_redis())
    yield from (f"result {[done.func, done.args, done.kwargs, done.result]}" for done in Task.objects.all())
    yield from (f"session {session.get_decoded()}" for session in Session.objects.all())


def in_redis() -> list[bytes]:
    """The bells that wait there, signed, where it is the broker."""
    broker = get_broker()
    return broker.connection.lrange(broker.list_key, 0, -1) if isinstance(broker, Redis) else []


def read(row: tuple) -> str:
    return " ".join(str(bytes(value) if isinstance(value, memoryview) else value) for value in row)


@contextmanager
def logs() -> Iterator[StringIO]:
    """What all loggers write, at every level, tracebacks included."""
    told, levels = StringIO(), {name: logging.getLogger(name).level for name in LOGGERS}
    handler = logging.StreamHandler(told)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.getLogger().addHandler(handler)
    set_levels(dict.fromkeys(levels, logging.DEBUG))
    try:
        yield told
    finally:
        logging.getLogger().removeHandler(handler)
        set_levels(levels)


def set_levels(levels: dict[str, int]) -> None:
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def assert_nothing_private(texts: Iterable[str], values: Iterable[str]) -> None:
    """`values` are those of people, as they were given and as they are sent; nor as they would stand in an address."""
    secrets = {form for value in (*TOKENS, *values) if value for form in (value, quote(value, safe=""))}
    for text in texts:
        found = [value for value in secrets if value in text]
        assert not found, f"{sorted(found)[0]!r} in {text[:2000]}"
