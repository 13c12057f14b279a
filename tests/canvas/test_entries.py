"""Who gets in, when, and how often."""

from datetime import timedelta

import pytest

from canvas import entries
from canvas import launch as launching
from canvas.models import Cohort, Entry, EntryRun
from tests.cast import delay, launch, people, step_numbers, tick

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def again(canvas, at):
    """Another scheduled entry."""
    EntryRun.objects.create(canvas=canvas, planned_at=at)
    tick(at)


def test_a_run_walks_everybody_in_chunks(now, monkeypatch):
    monkeypatch.setattr(entries, "COHORT_SIZE", 10)
    people(25)
    canvas = launch(delay(), at=now)
    tick(now)
    assert sorted(Cohort.objects.values_list("size", flat=True)) == [5, 10, 10]
    assert EntryRun.objects.get().done and step_numbers(canvas)["wait"]["entered"] == 25


def test_only_the_target_audience_enters(now):
    people(2), people(3, country="FR")
    french = {"filter": {"attribute": "country", "op": "is", "value": "fr"}}
    canvas = launch(delay(), at=now, audience=french)
    tick(now)
    assert step_numbers(canvas)["wait"]["entered"] == 3


def test_without_reentry_nobody_comes_twice(now):
    people(2)
    canvas = launch(delay(), at=now)
    tick(now)
    people(1)
    again(canvas, now + 30 * DAY)
    assert Entry.objects.count() == 3


def test_reentry_waits_for_its_span_and_for_the_end_of_the_last_trip(now):
    people(1)
    canvas = launch(delay(duration="P2D"), at=now, reentry={"allowed": True, "after": "P3D"})
    tick(now)
    for day, trips in ((1, 1), (2.5, 1), (3, 2), (4, 2)):
        again(canvas, now + day * DAY)
        assert Entry.objects.count() == trips, day
    assert sorted(Entry.objects.values_list("trip", flat=True)) == [1, 2]


def test_an_entry_at_a_time_waits_for_it(now):
    people(1)
    later = (now + DAY).isoformat()
    launch(delay(), at=now, entry={"type": "scheduled", "at": later})
    tick(now)
    assert not Entry.objects.exists()
    tick(now + DAY)
    assert Entry.objects.count() == 1


def test_while_it_is_stopped_nobody_enters_or_moves_and_resuming_goes_on(now):
    people(2)
    canvas = launch(delay("a", "b"), delay("b"), at=now)
    assert launching.stop(canvas) and not launching.stop(canvas)
    tick(now)
    assert not Entry.objects.exists()
    assert launching.resume(canvas)
    tick(now)
    launching.stop(canvas)
    tick(now + DAY)
    assert step_numbers(canvas)["b"]["entered"] == 0
    launching.resume(canvas)
    tick(now + DAY)
    assert step_numbers(canvas)["b"]["entered"] == 2
