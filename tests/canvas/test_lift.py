"""What an experiment shows: who converted after each path, and whether chance alone may have made the difference."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audiences.track import track
from canvas import lift, way_conversions
from canvas.lift import Arm
from canvas.models import Conversion, Entry
from tests.cast import delay, launch, people, tick, user

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_the_interval_is_newcombes():
    """His example (1998, table II, a): 56 of 70 against 48 of 80."""
    low, high = lift.interval(Arm("B", 70, 56), Arm("A", 80, 48))
    assert (round(low, 2), round(high, 2)) == (5.24, 33.39)


def test_nobody_on_either_side_is_no_division_by_nought():
    low, high = lift.interval(Arm("B", 10, 0), Arm("A", 10, 0))
    assert low < 0 < high
    assert [arm.lift for arm in lift.arms(["A", "B"], {"A": 0, "B": 3}, {"A": 0, "B": 1})] == [None, None]


BOUGHT = {"name": "Bought", "event": "bought", "within": "P7D"}
WAYS = {"paths": [{"name": "A", "share": 50}, {"name": "B", "share": 50}]}


def experiment(**then: str) -> dict:
    return {"key": "ab", "type": "experiment_paths", "settings": WAYS, "next": then}


def bought(at, *who: str) -> None:
    """And it was looked at."""
    rows = [{"external_id": one, "name": "bought", "time": at.isoformat()} for one in who]
    track({"events": rows}, at)
    tick(at)


def who_stands(key: str) -> list[str]:
    return list(Entry.objects.filter(cohort__step__key=key).values_list("profile__external_id", flat=True))


def test_who_converts_counts_for_the_path_that_she_took(client, connection, now):
    people(40)
    canvas = launch(experiment(A="one", B="two"), delay("one"), delay("two"), at=now, conversions=[BOUGHT])
    tick(now)
    bought(now + MINUTE, *who_stands("two")[::2])
    bought(now + 2 * HOUR, *who_stands("two")[1::2])
    step = canvas.steps.get(key="ab")
    [found] = lift.of_step(step, ["A", "B"])
    first, second = found.arms
    assert (first.converted, second.converted) == (0, second.people) and first.people + second.people == 40
    assert second.is_certain and second.lift == 100
    everybody = way_conversions.counted({step.pk}, Conversion.objects.all())
    assert everybody == {(step.pk, "B", "Bought"): second.people}
    client.force_login(user("Viewer"))
    words = client.get(f"/canvases/{canvas.pk}/analytics/ab/").content.decode()
    assert "more than chance" in words and "compared with" in words


def test_a_conversion_before_the_experiment_is_not_its_own(connection, now):
    people(2)
    canvas = launch(delay("wait", "ab"), experiment(A="after"), delay("after"), at=now, conversions=[BOUGHT])
    tick(now)
    bought(now + MINUTE, "p0")
    tick(now + HOUR)
    assert Conversion.objects.count() == 1 and lift.of_step(canvas.steps.get(key="ab"), ["A", "B"]) == []


def test_one_who_is_told_of_late_counts_for_when_it_happened(connection, now):
    people(1)
    canvas = launch(delay("wait", "ab"), experiment(A="after", B="after"), delay("after"), at=now, conversions=[BOUGHT])
    tick(now)
    tick(now + HOUR)
    track({"events": [{"external_id": "p0", "name": "bought", "time": (now + MINUTE).isoformat()}]}, now + 2 * HOUR)
    tick(now + 2 * HOUR)
    assert Conversion.objects.count() == 1 and lift.of_step(canvas.steps.get(key="ab"), ["A", "B"]) == []


def test_people_who_came_one_by_one_cost_the_page_no_more(connection, now, django_assert_num_queries):
    people(30)
    let_in = {"type": "action", "event": "viewed"}
    canvas = launch(
        experiment(A="one", B="one"), delay("one"), at=now, entry=let_in, audience=None, conversions=[BOUGHT]
    )
    for minute in range(3):
        at, ten = now + minute * MINUTE, [f"p{minute * 10 + one}" for one in range(10)]
        track({"events": [{"external_id": one, "name": "viewed", "time": at.isoformat()} for one in ten]}, at)
        tick(at)
    bought(now + HOUR, *(f"p{number}" for number in range(30)))
    step = canvas.steps.get(key="ab")
    with django_assert_num_queries(2):
        [found] = lift.of_step(step, ["A", "B"])
    assert [arm.converted for arm in found.arms] == [arm.people for arm in found.arms]
    assert sum(arm.converted for arm in found.arms) == 30


def test_a_delay_tells_who_goes_on_when(client, connection):
    people(5)
    now = timezone.now()
    canvas = launch(delay("wait", duration="P2D"), at=now)
    tick(now)
    client.force_login(user("Viewer"))
    words = client.get(f"/canvases/{canvas.pk}/analytics/wait/").content.decode()
    assert "Who waits here" in words and "Within 3 days" in words
