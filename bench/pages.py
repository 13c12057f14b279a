"""What the pages of truth cost with a million people in a Canvas of 20 steps: queries, and the server's time.

    [DATABASE_URL=postgres://...] [PEOPLE=1000000] [COHORTS=2000] python -m pytest bench/pages.py -s

The rows are written by SQL, as if 2,000 cohorts (or COHORTS) had gone through in 30 days, one after the other; three
Facebook Audience Steps have a batch of each, and a Message step wrote to everybody. Told is the median of 5 looks of
one page by a marketer in this process, with the database's driver. A page may take 20 queries and 150 ms.
"""

import os
import statistics
import time
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection as database
from django.db.models import Model
from django.template.base import Template
from django.test.utils import CaptureQueriesContext, _TestState
from django.utils import timezone

from audiences.models import Profile
from canvas import journal
from canvas.models import Arrival, Canvas, Cohort, Conversion, Entry, Step
from integrations import hourly
from integrations.models import Attempt, CustomAudience, Dispatch, Member, Outlet, SyncBatch
from tests.cast import delay, draft, facebook_step, launch, message, people, user

PEOPLE = int(os.environ.get("PEOPLE", 1_000_000))
COHORTS, DAYS, TRIES = int(os.environ.get("COHORTS", 2_000)), 30, 5
SENDING, LETTER = ("fb0", "fb9", "fb19"), "mail5"
NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "


def copied(one: Model, count: int, **columns: str) -> None:
    """`count` rows like the one given, but for these columns: SQL over n, which counts from 1."""
    names = [field.column for field in one._meta.concrete_fields if field.column != "id"]
    chosen = ", ".join(columns.get(name, f"one.{name}") for name in names)
    table = one._meta.db_table
    with database.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(names)}) {NUMBERS.format(count=count)}"  # noqa: S608
            f"SELECT {chosen} FROM numbers, {table} one WHERE one.id = {one.pk}"
        )
    one.delete()


def steps() -> list[dict]:
    names = {int(key.strip("fbmail")): key for key in (*SENDING, LETTER)}
    keys = [names.get(n, f"wait{n}") for n in range(20)]
    made = {key: partial(facebook_step, audience_name=key) for key in SENDING} | {LETTER: message}
    return [made.get(key, delay)(key, then) for key, then in zip(keys, [*keys[1:], None], strict=True)]


@pytest.fixture
def canvas(connection, sink, now) -> Canvas:
    made, [one] = launch(*steps(), at=now - timedelta(days=DAYS)), people(1, first_name="Jane")
    copied(one, PEOPLE, external_id="'u' || n", email="'u' || n || '@example.com'")
    first, each = Profile.objects.order_by("pk").values_list("pk", flat=True)[0], PEOPLE // COHORTS
    rows = [Step.objects.get(canvas=made, key=step["key"]) for step in made.document["steps"]]
    times = [now - timedelta(days=DAYS) + n * timedelta(days=DAYS) / COHORTS for n in range(COHORTS)]
    ended = [Cohort(canvas=made, step=rows[-1], size=each, arrived_at=at, due_at=at, ended_at=at) for at in times]
    cohorts = [one.pk for one in Cohort.objects.bulk_create(ended)]
    walk(made, cohorts, rows, times, each)
    entry = Entry.objects.create(canvas=made, profile_id=0, trip=1, cohort_id=cohorts[0], entered_at=now)
    cohort = f"{cohorts[0]} + (n - 1) / {each}"
    copied(entry, PEOPLE, profile_id=f"{first} + n - 1", cohort_id=cohort)
    entries = Entry.objects.order_by("pk").values_list("pk", flat=True)[0]
    for key in SENDING:
        send(CustomAudience.objects.get(step__key=key), times, each, first, entries)
    write(made.steps.get(key=LETTER), now, first, entries)
    hourly.fold(timezone.now())
    Conversion.objects.bulk_create(
        Conversion(canvas=made, entry_id=entries + n, name="Bought", at=now) for n in range(50_000)
    )
    if database.vendor == "postgresql":
        database.cursor().execute("ANALYZE")
    return made


def walk(canvas, cohorts, rows, times, each) -> None:
    ways = list(zip([None, *rows], [*rows, None], strict=True))
    lines = (
        Arrival(
            canvas=canvas, cohort_id=cohort, step=to, came_from=since, branch="next" if since else "", at=at, n=each
        )
        for cohort, at in zip(cohorts, times, strict=True)
        for since, to in ways
    )
    Arrival.objects.bulk_create(lines, batch_size=5_000)
    journal.fold(canvas.pk)


def send(audience, times, each, first, entries) -> None:
    made = [
        SyncBatch(
            audience=audience,
            state="done",
            size=each,
            missing=each // 20,
            created_at=at,
            settled_at=at,
            attempts_made=1,
        )
        for at in times
    ]
    batches = [one.pk for one in SyncBatch.objects.bulk_create(made)]
    Attempt.objects.bulk_create(
        Attempt(batch_id=pk, number=1, session_id=pk, started_at=at, finished_at=at, outcome="accepted", rows=each)
        for pk, at in zip(batches, times, strict=True)
    )
    member = Member.objects.create(batch_id=batches[0], entry_id=0, profile_id=first)
    batch = f"{batches[0]} + (n - 1) / {each}"
    verdict = f"CASE WHEN n % {each} < {each // 20} THEN 'missing' ELSE '' END"
    copied(
        member, PEOPLE, batch_id=batch, entry_id=f"{entries} + n - 1", profile_id=f"{first} + n - 1", verdict=verdict
    )


def write(step: Step, now, first: int, entries: int) -> None:
    """Each was sent a message, one after the other in these days; one of a hundred has no address."""
    outlet = Outlet.objects.get(step=step)
    one = Dispatch.objects.create(outlet=outlet, entry_id=0, profile_id=first, came_at=now, settled_at=now)
    state = "CASE WHEN n % 100 = 0 THEN 'no_address' ELSE 'sent' END"
    begin, seconds = now - timedelta(days=DAYS), DAYS * 86_400 / PEOPLE
    at = f"'{begin:%Y-%m-%d %H:%M:%S}'"
    moment = (
        f"{at}::timestamptz + n * {seconds} * interval '1 second'"
        if database.vendor == "postgresql"
        else f"datetime({at}, '+' || (n * {seconds}) || ' seconds')"
    )
    person, trip = f"{first} + n - 1", f"{entries} + n - 1"
    copied(one, PEOPLE, entry_id=trip, profile_id=person, state=state, settled_at=moment, next_attempt_at="NULL")


def paths(canvas) -> list[str]:
    at, jane = f"/canvases/{canvas.pk}/analytics/", Profile.objects.order_by("pk").values_list("pk", flat=True)[7]
    audience = CustomAudience.objects.order_by("pk")[0].pk
    ranges = [f"{at}{which}" for which in ("", "?range=7d", "?range=90d")]
    large = draft(*(delay(f"s{n}", f"s{n + 1}" if n < 199 else None) for n in range(200)), name="200 steps")
    return [
        "/", "/canvases/", f"/canvases/{large.pk}/build/", *ranges, f"{at}fb0/", f"{at}fb9/?range=7d", f"{at}wait1/",
        f"{at}{LETTER}/", f"{at}{LETTER}/?range=7d", f"/audience/profiles/{jane}/", "/partners/audiences/",
        f"/partners/audiences/{audience}/", f"{at}fb0/people/?status=missing_fields", f"{at}fb0/people/?q=u77",
        f"{at}{LETTER}/people/?q=u77", "/audience/profiles/search/?q=u77", "/help/",
    ]  # fmt: skip


@pytest.fixture
def as_served(monkeypatch) -> None:
    """Templates are written as for a browser: Django's test runner keeps a copy of all that each of them was told."""
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)


@pytest.mark.django_db
@pytest.mark.usefixtures("as_served")
def test_pages(canvas, client):
    client.force_login(user("Marketer"))
    print(f"\n{database.vendor}, {Entry.objects.count():,} people, {Member.objects.count():,} members")
    for path in paths(canvas):
        taken = [look(client, path) for _ in range(TRIES)]
        median = statistics.median(seconds for seconds, _ in taken)
        print(f"{path:>48} {taken[-1][1]:>3} queries {median * 1000:>7.0f} ms")


def look(client, path: str) -> tuple[float, int]:
    """Where people are listed or searched for, what stands after the question mark is posted."""
    address, _, asked = path.partition("?")
    data = dict([asked.split("=")]) if asked else {}
    with CaptureQueriesContext(database) as captured:
        began = time.perf_counter()
        posted = address.endswith(("/people/", "/search/"))
        answer = client.post(address, data) if posted else client.get(path)
        taken = time.perf_counter() - began
    assert answer.status_code == 200, path
    return taken, len(captured)
