"""Numbers of a range: each counts when it happened, what was before and what came add up, and nothing counts twice."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from canvas import analytics, journal, ranges
from canvas.models import Canvas
from integrations.models import Connection
from tests.cast import delay, facebook_step, launch, people, split, tick, user

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
FATES = ("synced", "missing_fields", "not_synced", "withdrawn")


def asked(now: datetime, **data) -> ranges.Range:
    form = ranges.RangeForm(data, now)
    assert form.is_valid(), form.errors
    return form.asked()


def of(canvas: Canvas, asked: ranges.Range) -> dict:
    found = analytics.with_conversions(Canvas.objects.get(pk=canvas.pk), asked)
    return {"canvas": found["canvas"]} | {row["key"]: row for row in found["steps"]}


class TestWhichTime:
    def test_days_begin_at_midnight_of_the_company(self, settings):
        settings.TIME_ZONE = "America/New_York"
        found = asked(NOON, range="own", since="2026-10-31", until="2026-11-01")
        assert found.since == datetime(2026, 10, 31, 4, tzinfo=UTC)
        assert found.until == datetime(2026, 11, 2, 5, tzinfo=UTC), "the clocks were set back that night"
        assert found.cuts[0] == datetime(2026, 10, 29, 4, tzinfo=UTC)

    def test_what_reaches_into_the_present_has_no_end_and_is_compared_up_to_the_same_hour(self):
        found = asked(NOON, range="7d")
        assert (found.since, found.until) == (datetime(2026, 11, 14, tzinfo=UTC), None)
        assert found.cuts == (datetime(2026, 11, 7, tzinfo=UTC), datetime(2026, 11, 13, 13, tzinfo=UTC), found.since)

    def test_yesterday_is_over(self):
        found = asked(NOON, range="yesterday")
        assert found.until - found.since == DAY and found.cuts[:2] == (found.since - DAY, found.since)

    @pytest.mark.parametrize("zone", ["Asia/Kolkata", "Australia/Adelaide"])
    def test_where_clocks_are_half_an_hour_apart_a_day_begins_at_the_whole_hour_before(self, settings, zone):
        settings.TIME_ZONE = zone
        for name in ranges.PRESETS:
            assert all(cut.minute == 0 and cut.astimezone(UTC).minute == 0 for cut in asked(NOON, range=name).cuts)

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"since": "2026-11-02", "until": "2026-11-01"}, "until"),
            ({"since": "2026-11-02"}, "until"),
            ({"until": "2026-11-02"}, "since"),
            ({"since": "2027-01-01", "until": "2027-01-02"}, "since"),
            ({"since": "0001-01-01", "until": "2026-11-01"}, "since"),
            ({"since": "soon", "until": "2026-11-01"}, "since"),
        ],
    )
    def test_what_cant_be_is_said_and_all_time_is_shown(self, data, field):
        form = ranges.RangeForm({"range": "own"} | data, NOON)
        assert form.asked().is_all and field in form.errors


@pytest.fixture
def three_days(connection, sandbox):
    """On the first day three came and were synced; on the second two came whom Facebook did not take."""
    people(3, country="FR")
    Connection.objects.update(connected_at=NOON)
    entry = {"type": "scheduled", "every": "day", "time": "12:00"}
    canvas = launch(split(FRENCH, "fb", "wait"), facebook_step(then="wait"), delay(), at=NOON - DAY, entry=entry)
    tick(NOON)
    people(2, country="FR")
    sandbox.fault("code_2", {"path_regex": "/users"})
    tick(NOON + DAY)
    return canvas


def test_each_counts_when_it_happened_and_it_adds_up(three_days):
    canvas, now = three_days, NOON + DAY
    first = of(canvas, asked(now, range="own", since="2026-11-20", until="2026-11-20"))
    assert (first["fb"]["entered"], first["fb"]["synced"], first["fb"]["pending"]) == (3, 3, 0)
    second = of(canvas, asked(now, range="today"))
    assert (second["canvas"]["entered"], second["canvas"]["inside_before"]) == (2, 3)
    assert second["fb"]["pending"] == 2 and second["fb"]["pending_before"] == 0


def test_the_parts_make_the_whole_and_each_part_balances(three_days):
    canvas, now = three_days, NOON + DAY
    whole = of(canvas, ranges.EVER)
    days = [
        of(canvas, ranges.between("own", day, day, now))
        for day in (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21))
    ]
    for fold in (False, True):
        if fold:
            journal.fold(canvas.pk)
        for name in ("entered", "proceeded", *FATES):
            assert sum(day["fb"][name] for day in days) == whole["fb"][name]
        assert days[-1]["fb"]["pending"] == whole["fb"]["pending"]
        for day in days:
            fb, all_of_it = day["fb"], day["canvas"]
            assert fb["pending_before"] + fb["entered"] == fb["pending"] + sum(fb[name] for name in FATES)
            assert all_of_it["inside_before"] + all_of_it["entered"] == all_of_it["inside"] + all_of_it["exited"]


def test_the_page_tells_the_range_before_and_its_links_keep_the_range(client, three_days):
    client.force_login(user("Viewer"))
    at = f"/canvases/{three_days.pk}/analytics"
    answer = client.get(f"{at}/?range=own&since=2026-11-20&until=2026-11-20")
    words = " ".join(answer.content.decode().split())
    assert "Inside at the end" in words and "none before" in words and "Each counts when it happened" in words
    assert f"{at}/fb/?range=own&amp;since=2026-11-20&amp;until=2026-11-20" in words
    assert "every 5s" not in words, "what is over doesn't change"
    fault = " ".join(client.get(f"{at}/?range=own&since=2026-11-20").content.decode().split())
    assert "Write the first and the last day." in fault and "All time is shown." in fault


def test_arrows_are_as_wide_as_people_took_them(client, three_days):
    client.force_login(user("Viewer"))
    words = client.get(f"/canvases/{three_days.pk}/analytics/").content.decode()
    assert 'stroke-width="12.0" data-from=""' in words and words.count('class="nobody"') >= 1


def test_the_file_has_the_numbers_of_the_range(client, three_days):
    client.force_login(user("Viewer"))
    answer = client.get(f"/canvases/{three_days.pk}/analytics.csv?range=own&since=2026-11-20&until=2026-11-20")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["name"] for row in rows] == ["Win back", "split", "fb", "wait"]
    assert rows[2]["entered"] == rows[2]["synced"] == "3" and rows[0]["from"].startswith("2026-11-20T00:00")


def test_a_range_costs_as_many_queries_as_all_time(client, three_days):
    client.force_login(user("Viewer"))
    costs = []
    for range_ in ("", "?range=7d"):
        with CaptureQueriesContext(database) as captured:
            client.get(f"/canvases/{three_days.pk}/analytics/{range_}")
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 20
