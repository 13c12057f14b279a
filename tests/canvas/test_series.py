"""What became of people over time: buckets without gaps, of the company's calendar, that sum up to the numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from canvas.ranges import EVER, Range, between
from canvas.series import series
from config.templatetags.chart import Chart, short
from tests.cast import facebook_step, launch, people, tick, user

NOW = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def counted(**hours: int) -> list:
    return [(NOW.replace(minute=0) - int(ago[1:]) * HOUR, {"synced": people}) for ago, people in hours.items()]


def test_a_day_is_told_by_the_hour_and_a_month_by_the_day():
    day = between("today", NOW.date(), NOW.date(), NOW)
    found = series(counted(h0=3, h2=4), day, NOW)
    assert found.unit == "hour" and len(found.buckets) == 13 and found.people == 7
    month = between("30d", NOW.date() - timedelta(days=29), NOW.date(), NOW)
    found = series(counted(h0=3, h2=4), month, NOW, "hour")
    assert found.unit == "day" and len(found.buckets) == 30, "an hour is too short for a month"
    assert [one.people for one in found.buckets][-1] == 7
    year = Range("own", NOW - timedelta(days=400), None, 400)
    assert series(counted(h0=3), year, NOW).unit == "month"


def test_days_are_those_of_the_company_also_when_clocks_change(settings):
    settings.TIME_ZONE = "America/New_York"
    first, last = date(2026, 10, 31), date(2026, 11, 3)
    now = datetime(2026, 11, 10, tzinfo=UTC)
    found = series([(datetime(2026, 11, 2, 3, tzinfo=UTC), {"sent": 5})], between("own", first, last, now), now, "day")
    assert [one.tick for one in found.buckets] == ["31 Oct", "1 Nov", "2 Nov", "3 Nov"]
    assert [one.people for one in found.buckets] == [0, 5, 0, 0]


def test_all_time_begins_with_the_first_of_them():
    assert len(series(counted(h0=1, h30=1), EVER, NOW).buckets) == 31
    assert series([], EVER, NOW).people == 0


def test_the_picture_is_as_high_as_its_highest_bar_and_its_table_sums_up():
    found = series([(NOW, {"synced": 30, "not_synced": 12, "withdrawn": 0}), (NOW - HOUR, {"synced": 1})], EVER, NOW)
    chart = Chart(found)
    assert chart.top == 50 and chart.names == ["synced", "not_synced"] and chart.sums == [31, 12]
    lowest, highest = min(bar.y for bar in chart.bars), max(bar.y + bar.height for bar in chart.bars)
    assert 16 <= lowest < highest <= 211
    ends = sorted({bar.x + bar.width for bar in chart.bars})
    assert len(ends) == 2 and 940 < ends[-1] < 960 and ends[0] > 860, "few bars are not wide, and end at the right"
    assert Chart(series([(NOW, {"synced": 2_270})], EVER, NOW)).top == 3_000
    assert [short(n) for n in (7, 2_500, 1_000_000)] == ["7", "2.5k", "1M"]


@pytest.mark.django_db
def test_the_page_shows_it_and_links_to_the_other_unit(client, connection, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    client.force_login(user("Viewer"))
    answer = client.get(f"/canvases/{canvas.pk}/analytics/fb/")
    words = " ".join(answer.content.decode().split())
    assert answer.context["series"].people == answer.context["numbers"]["synced"] == 3
    assert 'class="chart"' in words and "Show as table" in words and "by=day" in words
    home = client.get("/")
    assert home.context["series"].people == 3 and "Recent changes" in home.content.decode()
