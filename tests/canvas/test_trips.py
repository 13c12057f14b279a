"""The whole life of a trip: who waits for what, who is let out, what counts as a conversion, and what is still right
when everything is counted again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command

from audiences.models import Profile
from audiences.track import track
from canvas import profile_trips, recurring
from canvas.models import Arrival, Canvas, Cohort, Conversion, Entry, EntryRun, Trigger
from tests.cast import delay, launch, people, tick

pytestmark = pytest.mark.django_db
HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
BOUGHT = {"type": "action", "event": "bought"}
AGAIN = {"allowed": True}


def did(who: str, at: datetime, name: str = "bought", **properties) -> None:
    track({"events": [{"external_id": who, "name": name, "time": at.isoformat(), "properties": properties}]}, at)


def actions(window: str = "P1D", **then: str) -> dict:
    waited = [{"name": "Bought", "event": "bought"}, {"name": "Seen", "event": "viewed", "where": [SKU]}]
    settings = {"window": window, "actions": waited}
    return {"key": "wait", "type": "action_paths", "settings": settings, "next": then}


SKU = {"property": "sku", "op": "is", "value": "A"}


def at(canvas: Canvas) -> dict[str, str]:
    """Where everybody is: by person, a step's key, or by which way she left."""
    rows = Entry.objects.filter(canvas=canvas).order_by("trip", "pk")
    rows = rows.values_list("profile__external_id", "cohort__step__key", "cohort__ended_at", "cohort__branch")
    return {who: f"left by {branch}" if ended else step for who, step, ended, branch in rows}


def test_an_event_wakes_whom_it_concerns_and_the_others_wait_until_their_time_is_up(now):
    people(4)
    canvas = launch(actions(Bought="a", Seen="b", everyone_else="c"), *map(delay, "abc"), at=now)
    tick(now)
    did("p0", now + HOUR), did("p1", now + HOUR, "viewed", sku="A"), did("p2", now + HOUR, "viewed", sku="B")
    tick(now + HOUR)
    assert at(canvas) == {"p0": "a", "p1": "b", "p2": "wait", "p3": "wait"}
    assert Cohort.objects.filter(step__key="wait", ended_at=None).get().size == 2
    did("p2", now + DAY)
    tick(now + DAY)
    assert at(canvas)["p2"] == "a", "at the very end of its window an event still counts"
    assert at(canvas)["p3"] == "c"
    ways = profile_trips.trips(Profile.objects.get(external_id="p1"))
    assert [stop.step.key if stop.step else "end" for stop in ways[0].stops] == ["wait", "b", "end"]
    call_command("audit_sync")


def bought(who: str, product: str, at: datetime) -> None:
    sold = {"external_id": who, "product_id": product, "currency": "EUR", "price": 5, "time": at.isoformat()}
    track({"purchases": [sold]}, at)


def test_a_purchase_wakes_lets_out_and_converts_as_an_event_does(now):
    people(3)
    waited = [{"name": "Tent", "purchase": "TENT"}, {"name": "Other", "purchase": "any"}]
    paths = {
        "key": "wait",
        "type": "action_paths",
        "settings": {"window": "P1D", "actions": waited},
        "next": {"Tent": "a", "Other": "b"},
    }
    conversions = [{"name": "Any", "purchase": "any", "within": "P1D"}]
    canvas = launch(paths, delay("a"), delay("b"), at=now, exit={"purchase": "BOOTS"}, conversions=conversions)
    tick(now)
    bought("p0", "TENT", now + HOUR), bought("p1", "LAMP", now + HOUR), bought("p2", "BOOTS", now + HOUR)
    tick(now + HOUR)
    assert at(canvas) == {"p0": "a", "p1": "b", "p2": "left by exit"}
    assert Conversion.objects.filter(canvas=canvas).count() == 3
    call_command("audit_sync")


def test_what_happened_before_she_came_or_after_her_time_wakes_nobody(now):
    people(1)
    steps = (delay("before", then="wait"), actions("PT1H", Bought="a", everyone_else="c"), delay("a"), delay("c"))
    canvas = launch(*steps, at=now)
    tick(now)
    did("p0", now + HOUR - SECOND)
    tick(now + HOUR)
    assert at(canvas) == {"p0": "wait"}
    did("p0", now + 2 * HOUR + SECOND)
    tick(now + 2 * HOUR + SECOND)
    assert at(canvas) == {"p0": "c"}


def test_who_does_what_the_exit_criteria_name_leaves_at_once(now):
    people(3)
    canvas = launch(delay(duration="P9D"), at=now, exit={"event": "bought"})
    did("p1", now - SECOND)
    tick(now)
    did("p0", now + HOUR)
    tick(now + HOUR)
    assert at(canvas) == {"p0": "left by exit", "p1": "wait", "p2": "wait"}
    line = Arrival.objects.get(branch="exit")
    assert (line.step, line.came_from.key, line.n) == (None, "wait", 1)
    call_command("audit_sync")


def test_whom_the_exit_filter_fits_does_not_enter_and_leaves_before_the_next_step(now):
    people(2), people(1, country="FR")
    french = {"filter": {"attribute": "country", "op": "is", "value": "FR"}}
    canvas = launch(delay(then="b"), delay("b"), at=now, exit=french)
    tick(now)
    assert at(canvas) == {"p0": "wait", "p1": "wait"}
    Profile.objects.filter(external_id="p0").update(country="FR")
    tick(now + HOUR)
    assert at(canvas) == {"p0": "left by exit", "p1": "b"}
    call_command("audit_sync")


def test_an_event_that_lets_in_and_one_that_lets_out_count_in_the_order_in_which_they_happened(now):
    people(2)
    canvas = launch(
        delay(), at=now, entry={"type": "action", "event": "viewed"}, exit={"event": "bought"}, audience=None
    )
    did("p0", now + SECOND, "viewed"), did("p0", now + 2 * SECOND)
    did("p1", now + SECOND), did("p1", now + 2 * SECOND, "viewed")
    tick(now + 3 * SECOND)
    assert at(canvas) == {"p0": "left by exit", "p1": "wait"}
    assert Entry.objects.get(profile__external_id="p1").entered_at == now + 2 * SECOND


def test_a_conversion_counts_once_a_trip_within_its_window(now):
    people(2)
    bought = {"name": "Bought", "event": "bought", "within": "P1D"}
    canvas = launch(delay(duration="PT1H"), at=now, conversions=[bought, bought | {"name": "Soon", "within": "PT1H"}],
                    entry={"type": "action", "event": "viewed"}, audience=None, reentry=AGAIN)  # fmt: skip
    did("p0", now, "viewed"), did("p0", now + 2 * HOUR), did("p0", now + 3 * HOUR)
    tick(now + 3 * HOUR)
    tick(now + 4 * HOUR)
    did("p1", now + 3 * HOUR, "viewed"), did("p0", now + 4 * HOUR, "viewed"), did("p0", now + 4 * HOUR + SECOND)
    tick(now + 5 * HOUR)
    did("p1", now + 3 * HOUR + DAY + SECOND)
    tick(now + 2 * DAY)
    found = Conversion.objects.filter(canvas=canvas).order_by("at", "name")
    told = [(one.name, one.entry.profile.external_id, one.entry.trip) for one in found]
    assert told == [("Bought", "p0", 1), ("Bought", "p0", 2), ("Soon", "p0", 2)]
    assert found[0].at == now + 2 * HOUR and not Trigger.objects.exists()


def test_people_enter_every_day_and_missed_runs_are_not_made_up_for(now):
    people(1)
    every = {"type": "scheduled", "every": "day", "time": "14:00"}
    canvas = launch(delay(), at=now, entry=every, reentry=AGAIN)
    runs = EntryRun.objects.filter(canvas=canvas)
    assert runs.get().planned_at == now + 2 * HOUR
    tick(now + 2 * HOUR)
    assert Entry.objects.count() == 1 and runs.filter(done=False).get().planned_at == now + 2 * HOUR + DAY
    tick(now + 5 * DAY)
    assert Entry.objects.count() == 2 and runs.count() == 3
    assert runs.filter(done=False).get().planned_at == now + 5 * DAY + 2 * HOUR


NOVEMBER = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCHEDULES = [
    ({"every": "week", "weekdays": ["monday", "thursday"]}, datetime(2026, 11, 26, 9, tzinfo=UTC)),
    ({"every": "month", "day": 31}, datetime(2026, 11, 30, 9, tzinfo=UTC)),
    ({"every": "day"}, datetime(2026, 11, 25, 9, tzinfo=UTC)),
    ({"every": "day", "until": "2026-11-25T08:59:00Z"}, None),
]


@pytest.mark.parametrize(("entry", "first"), SCHEDULES)
def test_the_next_run_of_a_schedule(entry, first):
    assert recurring.runs_from({"time": "09:00"} | entry, NOVEMBER) == first


def test_limits_hold_for_a_run_a_day_and_a_lifetime(now):
    people(30)
    every = {"type": "scheduled", "every": "day", "time": "12:00"}
    counts = {}
    for per in ("run", "day", "lifetime"):
        launch(delay(), at=now, name=per, entry=every, limit={"max": 12, "per": per})
    for day in range(3):
        tick(now + day * DAY)
        counts |= {(per, day): Entry.objects.filter(canvas__name=per).count() for per in ("run", "day", "lifetime")}
    assert [counts["run", day] for day in range(3)] == [12, 24, 30]
    assert [counts["day", day] for day in range(3)] == [12, 24, 30]
    assert [counts["lifetime", day] for day in range(3)] == [12, 12, 12]
    call_command("audit_sync")


def test_a_limit_holds_for_whom_an_event_lets_in(now):
    people(5)
    canvas = launch(delay(), at=now, entry=BOUGHT, audience=None, limit={"max": 2, "per": "day"})
    for who in ("p3", "p1", "p2"):
        did(who, now)
    tick(now)
    assert list(at(canvas)) == ["p3", "p1"] and not Trigger.objects.exists()


def test_a_delay_in_each_person_s_own_time_zone(now):
    for who, zone in {"ny": "America/New_York", "tokyo": "Asia/Tokyo", "none": "", "odd": "Mars/Base"}.items():
        Profile.objects.create(external_id=who, time_zone=zone)
    nine = {"weekday": "wednesday", "time": "09:00", "zone": "person"}
    for first in (True, False):
        steps = (
            [delay("wait", **nine)] if first else [delay("before", duration="PT1S", then="wait"), delay("wait", **nine)]
        )
        canvas = launch(*steps, at=now, name=f"First {first}")
        tick(now), tick(now + SECOND)
        dues = Entry.objects.filter(canvas=canvas).values_list("profile__external_id", "cohort__due_at")
        assert dict(dues) == {
            "tokyo": datetime(2026, 11, 25, 0, tzinfo=UTC), "ny": datetime(2026, 11, 25, 14, tzinfo=UTC),
            "none": datetime(2026, 11, 25, 9, tzinfo=UTC), "odd": datetime(2026, 11, 25, 9, tzinfo=UTC),
        }  # fmt: skip
        tick(now + 12 * HOUR + SECOND)
        assert at(canvas)["tokyo"] == "left by next" and at(canvas)["ny"] == "wait"
        way = profile_trips.trips(Profile.objects.get(external_id="ny"))
        assert [stop.step.key for stop in way[0].stops][-1] == "wait"
    call_command("audit_sync")
