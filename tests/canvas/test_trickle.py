"""One person a tick, for long: who waits costs nothing, and no page asks more of the database."""

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from canvas import launch as launching
from canvas.models import Canvas
from tests.cast import step_numbers, user
from tests.often import AT_NIGHT
from tests.trickle import STEPS, ticks, trickled

pytestmark = pytest.mark.django_db
FEW, MANY = 100, 500_000 if AT_NIGHT else 1_000
PAGES = ("build/", "analytics/", "analytics/s4/")


def statements(canvas: Canvas, now) -> list[int]:
    """How many each of some ticks takes."""
    counts, seen = [], 0
    with CaptureQueriesContext(database) as captured:
        for _ in ticks(canvas, 5, now):
            counts.append(len(captured) - seen)
            seen = len(captured)
    return counts


def queries(client, canvas: Canvas) -> list[int]:
    found = []
    for page in PAGES:
        with CaptureQueriesContext(database) as captured:
            assert client.get(f"/canvases/{canvas.pk}/{page}").status_code == 200
        found.append(len(captured))
    return found


def test_those_who_wait_cost_nothing(client, now):
    client.force_login(user("Marketer"))
    found = []
    for count in (FEW, MANY):
        canvas = trickled(count, now)
        found.append((statements(canvas, now), queries(client, canvas), queries(client, canvas)))
        rows = step_numbers(canvas)
        assert rows["s0"]["entered"] == count + 5 and rows["s9"]["entered"] == count // STEPS + 5
        launching.stop(canvas)
    call_command("audit_sync")
    few, many = found
    # The first tick of a day may make the row that counts the day.
    assert many[0][1:] == few[0][1:] and many[2] == few[2]
