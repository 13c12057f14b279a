"""The databases that are measured on, filled with people; and what every measuring process needs."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.people import people

NAME = "audience_sync_bench"
POSTGRES = os.environ.get("BENCH_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
COLUMNS = (
    "external_id", "email", "phone", "first_name", "last_name", "gender", "date_of_birth", "city", "state", "zip",
    "country", "mobile_advertiser_id",
)  # fmt: skip


@contextmanager
def databases(wanted: Sequence[str]) -> Iterator[dict[str, str]]:
    """By vendor, the URL of an empty database of its own; dropped in the end."""
    with tempfile.TemporaryDirectory(prefix="audience-sync-bench-") as folder:
        urls = {"sqlite": f"sqlite:///{folder}/bench.sqlite3", "postgresql": postgres()}
        try:
            if "postgresql" in wanted:
                anew("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}")
            yield {vendor: urls[vendor] for vendor in wanted}
        finally:
            if "postgresql" in wanted:
                anew("DROP DATABASE IF EXISTS {} WITH (FORCE)")


def postgres() -> str:
    return urlunsplit(urlsplit(POSTGRES)._replace(path=f"/{NAME}"))


def anew(*statements: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as server:
        for statement in statements:
            server.execute(statement.format(NAME))


def start(url: str) -> None:
    """This process measures on that database from now on."""
    os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "API_CALLS_PER_MINUTE": "1000000"}
    import django

    django.setup()


def fill(count: int) -> None:
    """Adds people until there are so many. The search's indexes are made afterwards: it is quicker so."""
    from django.db import connection

    from audiences.models import Profile

    have = Profile.objects.count()
    with connection.schema_editor() as editor:
        for index in Profile._meta.indexes:
            editor.remove_index(Profile, index)
    with connection.cursor() as cursor:
        load(cursor, connection.vendor, islice(people(count), have, None))
    with connection.schema_editor() as editor:
        for index in Profile._meta.indexes:
            editor.add_index(Profile, index)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE audiences_profile" if connection.vendor == "postgresql" else "ANALYZE")


def load(cursor, vendor: str, everybody: Iterator[dict]) -> None:
    """COPY or executemany."""
    stamp = datetime.now(UTC).isoformat(" ")
    rows = (
        (
            *(person[name] or None if name == "date_of_birth" else person[name] for name in COLUMNS),
            "",
            "",
            "{}",
            stamp,
            stamp,
        )
        for person in everybody
    )
    names = ", ".join((*COLUMNS, "language", "time_zone", "attributes", "created_at", "updated_at"))
    if vendor == "postgresql":
        with cursor.copy(f"COPY audiences_profile ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join(["?"] * (len(COLUMNS) + 5))
    cursor.connection.executemany(f"INSERT INTO audiences_profile ({names}) VALUES ({marks})", rows)  # noqa: S608
    cursor.connection.commit()


def clear() -> None:
    """Nobody is in a Canvas, and nothing was sent."""
    from django.db import connection

    from canvas.models import Arrival, ArrivalHour, Canvas, Cohort, Entry
    from integrations.models import Attempt, BatchHour, Manifest, Member, SyncBatch

    with connection.cursor() as cursor:
        for model in (Manifest, Member, Attempt, SyncBatch, BatchHour, Arrival, ArrivalHour, Entry, Cohort):
            table = model._meta.db_table
            if connection.vendor == "postgresql":
                cursor.execute(f"TRUNCATE {table} CASCADE")
            else:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    Canvas.objects.exclude(status="archived").update(status="archived")
