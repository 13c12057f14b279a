"""The two verbs: what moves, what parts, and how many statements that takes."""

from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection as database
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from canvas import engine, recount
from canvas.models import Arrival, Cohort, Entry, Step
from tests.cast import delay, launch, people, split, step_numbers, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}


def cohorts_of_one(canvas, count, now):
    """So many trips of nobody in particular, each in a cohort of its own, due at the first step."""
    step = Step.objects.get(canvas=canvas, key="one")
    rows = Cohort.objects.bulk_create(
        [Cohort(canvas=canvas, step=step, size=1, arrived_at=now, due_at=now) for _ in range(count)], batch_size=5000
    )
    Entry.objects.bulk_create(
        [Entry(canvas=canvas, profile=None, trip=1, cohort=row, entered_at=now) for row in rows], batch_size=5000
    )


def statements_of_a_move(canvas, now) -> int:
    with CaptureQueriesContext(database) as captured:
        engine.one_chunk(canvas.pk, now)
    return len(captured)


@pytest.mark.parametrize("many", [3_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_many_cohorts_of_one_move_in_as_many_statements_as_ten(now, many):
    canvas = launch(delay("one", "two", duration="PT0S"), delay("two"), at=now)
    tick(now)
    counts = []
    for count in (1, 10, many):
        cohorts_of_one(canvas, count, now)
        counts.append(statements_of_a_move(canvas, now))
        assert not Cohort.objects.filter(step__key="one", ended_at=None).exists()
    assert counts[0] == counts[1] + 1, "the first of an hour makes its row in the sums"
    assert counts[2] <= counts[1] <= 14, "what took long looks for no further step"


def test_delays_that_are_over_at_once_are_left_in_one_transaction(now, monkeypatch):
    monkeypatch.setattr(engine, "HELD", 60)
    names = [f"pass{number}" for number in range(5)]
    people(3)
    canvas = launch(
        *(delay(one, two, duration="PT0S") for one, two in pairwise([*names, "wait"])), delay("wait"), at=now
    )
    assert engine.one_chunk(canvas.pk, now)["people_entered"] == 3
    assert engine.one_chunk(canvas.pk, now)["cohorts_moved"] == 5
    assert step_numbers(canvas)["wait"]["entered"] == 3
    assert list(recount.differences()) == []


def test_who_may_leave_by_the_exit_filter_goes_step_by_step(now):
    people(3)
    steps = [delay("one", "two", duration="PT0S"), delay("two", "wait", duration="PT0S"), delay("wait")]
    canvas = launch(*steps, at=now, exit={"filter": FRENCH})
    assert engine.one_chunk(canvas.pk, now)["people_entered"] == 3
    assert [engine.one_chunk(canvas.pk, now)["cohorts_moved"] for _ in range(3)] == [1, 1, 0]


def test_a_split_takes_as_many_statements_for_a_thousand_cohorts_as_for_two(now):
    canvas = launch(delay("one", "split", duration="PT1H"), split(FRENCH, "two", "two"), delay("two"), at=now)
    counts = []
    for pairs in (1, 2, 500):
        made = [people(1) + people(1, country="FR") for _ in range(pairs)]
        pair_up(canvas, [person for pair in made for person in pair], now)
        counts.append(statements_of_a_move(canvas, now))
    assert counts[1] == counts[2]


def pair_up(canvas, rows, now):
    """Cohorts of two at the split, one of them French."""
    step = Step.objects.get(canvas=canvas, key="split")
    made = Cohort.objects.bulk_create(
        [Cohort(canvas=canvas, step=step, size=2, arrived_at=now, due_at=now) for _ in range(len(rows) // 2)]
    )
    Entry.objects.bulk_create(
        Entry(canvas=canvas, profile=person, trip=1, cohort=made[index // 2], entered_at=now)
        for index, person in enumerate(rows)
    )


def test_people_part_where_the_filter_parts_them(now):
    people(3), people(2, country="FR")
    canvas = launch(split(FRENCH, "yes", "no"), delay("yes"), delay("no"), at=now)
    tick(now)
    rows = step_numbers(canvas)
    assert (rows["split"]["entered"], rows["split"]["proceeded"]) == (5, 5)
    assert (rows["yes"]["entered"], rows["no"]["entered"]) == (2, 3)
    french = Entry.objects.filter(cohort__step__key="yes").values_list("profile__country", flat=True)
    assert set(french) == {"FR"}


def test_a_cohort_that_goes_whole_into_one_branch_is_only_moved(now):
    people(4, country="FR")
    launch(split(FRENCH, "yes", "no"), delay("yes"), delay("no"), at=now)
    tick(now)
    assert Cohort.objects.count() == 1


def test_branches_join_again(now):
    people(3), people(2, country="FR")
    canvas = launch(split(FRENCH, "both", "both"), delay("both"), at=now)
    tick(now)
    assert step_numbers(canvas)["both"]["entered"] == 5
    tick(now + HOUR)
    assert step_numbers(canvas)["both"]["proceeded"] == 0
    assert list(recount.differences()) == []


def test_a_split_without_targets_ends_the_journey(now):
    people(1), people(1, country="FR")
    canvas = launch(split(FRENCH), at=now)
    tick(now)
    assert Cohort.objects.filter(ended_at=None).count() == 0
    assert step_numbers(canvas)["split"]["proceeded"] == 0


def test_the_journal_tells_a_persons_path(now):
    """Her cohort's lines, before them its parent's up to the step where they parted."""
    people(1), people(1, country="FR")
    launch(delay("first", "split"), split(FRENCH, "end"), delay("end"), at=now)
    for hours in range(3):
        tick(now + hours * HOUR)
    cohort = Entry.objects.get(profile__country="FR").cohort
    own = list(Arrival.objects.filter(cohort=cohort).order_by("pk"))
    before = list(Arrival.objects.filter(cohort=cohort.parent).order_by("pk"))
    parted = next(index for index, line in enumerate(before) if line.step == own[0].came_from)
    path = [(line.step.key if line.step else "", line.at - now) for line in before[: parted + 1] + own]
    assert path == [("first", 0 * HOUR), ("split", HOUR), ("end", HOUR), ("", 2 * HOUR)]


def test_waiting_people_stay_until_their_time(now):
    people(2)
    canvas = launch(delay("wait", "end", duration="PT1H"), delay("end"), at=now)
    tick(now)
    tick(now + timedelta(minutes=59))
    assert step_numbers(canvas)["end"]["entered"] == 0
    tick(now + HOUR)
    assert step_numbers(canvas)["end"]["entered"] == 2
    assert Cohort.objects.aggregate(n=Sum("size"))["n"] == 2
