"""What an experiment shows: who converted after each path, and whether chance alone may have made the difference."""

import pytest
from django.utils import timezone

from canvas import lift
from canvas.lift import Arm
from canvas.models import Conversion, Entry
from tests.cast import delay, launch, people, tick, user

pytestmark = pytest.mark.django_db


def test_the_interval_is_newcombes():
    """His example (1998, table II, a): 56 of 70 against 48 of 80."""
    low, high = lift.interval(Arm("B", 70, 56), Arm("A", 80, 48))
    assert (round(low, 2), round(high, 2)) == (5.24, 33.39)


def test_nobody_on_either_side_is_no_division_by_nought():
    low, high = lift.interval(Arm("B", 10, 0), Arm("A", 10, 0))
    assert low < 0 < high
    assert [arm.lift for arm in lift.arms(["A", "B"], {"A": 0, "B": 3}, {"A": 0, "B": 1})] == [None, None]


def test_who_converts_counts_for_the_path_that_she_took(client, connection, now):
    people(40)
    ways = {"paths": [{"name": "A", "share": 50}, {"name": "B", "share": 50}]}
    experiment = {"key": "ab", "type": "experiment_paths", "settings": ways, "next": {"A": "one", "B": "two"}}
    canvas = launch(experiment, delay("one"), delay("two"), at=now)
    tick(now)
    for entry in Entry.objects.filter(cohort__step__key="two"):
        Conversion.objects.create(canvas=canvas, entry=entry, name="Bought", at=now)
    [found] = lift.of_step(canvas.steps.get(key="ab"), ["A", "B"])
    first, second = found.arms
    assert (first.converted, second.converted) == (0, second.people) and first.people + second.people == 40
    assert second.is_certain and second.lift == 100
    client.force_login(user("Viewer"))
    words = client.get(f"/canvases/{canvas.pk}/analytics/ab/").content.decode()
    assert "more than chance" in words and "compared with" in words


def test_a_conversion_before_the_experiment_is_not_its_own(connection, now):
    people(2)
    ways = {"paths": [{"name": "A", "share": 100}, {"name": "B", "share": 0}]}
    experiment = {"key": "ab", "type": "experiment_paths", "settings": ways, "next": {}}
    canvas = launch(delay("wait", "ab"), experiment, at=now)
    tick(now)
    Conversion.objects.create(canvas=canvas, entry=Entry.objects.first(), name="Bought", at=now)
    assert lift.of_step(canvas.steps.get(key="ab"), ["A", "B"]) == []


def test_a_delay_tells_who_goes_on_when(client, connection):
    people(5)
    now = timezone.now()
    canvas = launch(delay("wait", duration="P2D"), at=now)
    tick(now)
    client.force_login(user("Viewer"))
    words = client.get(f"/canvases/{canvas.pk}/analytics/wait/").content.decode()
    assert "Who waits here" in words and "Within 3 days" in words
