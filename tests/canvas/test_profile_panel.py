"""A person's journeys on her page: each trip's whole way, splits included, at a constant cost."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from audiences.models import Profile
from canvas import profile_panel, profile_trips
from tests.cast import delay, facebook_step, launch, people, split, tick, user

pytestmark = pytest.mark.django_db
IN_US = {"attribute": "country", "op": "is", "value": "US"}
HOUR = timedelta(hours=1)


def way(external_id: str) -> list[list[str]]:
    person = Profile.objects.get(external_id=external_id)
    return [[stop.step.key if stop.step else "end" for stop in trip.stops] for trip in profile_trips.trips(person)]


def test_a_way_leads_through_the_splits_where_cohorts_parted(connection, now):
    people(2, country="US"), people(2, country="FR")
    launch(split(IN_US, "long", "short"), delay("long", "again"), delay("short", duration="P2D"),
           split(IN_US, "fb", key="again"), facebook_step("fb"), at=now)  # fmt: skip
    tick(now)
    assert way("p0") == [["split", "long"]]
    assert way("p3") == [["split", "short"]]
    tick(now + HOUR)
    assert way("p0") == [["split", "long", "again", "fb", "end"]]
    assert way("p3") == [["split", "short"]]


def test_where_she_stands_is_told(connection, now):
    (jane,) = people(1)
    launch(delay(), at=now)
    tick(now)
    assert profile_trips.trips(jane)[0].standing_at == "Delay"
    tick(now + HOUR)
    assert profile_trips.trips(jane)[0].standing_at == ""


def test_who_was_in_no_canvas_has_no_way(now):
    assert profile_trips.trips(people(1)[0]) == []


def test_it_takes_the_same_queries_for_many_canvases(connection, now):
    (jane,) = people(1)

    def queries() -> int:
        with CaptureQueriesContext(database) as asked:
            profile_trips.trips(jane)
        return len(asked)

    launch(delay(), at=now, name="first")
    tick(now)
    few = queries()
    for number in range(4):
        launch(split(IN_US, "wait", "wait"), delay(), at=now, name=f"Canvas {number}")
    tick(now + HOUR)
    assert queries() == few <= 3


def test_only_the_latest_are_shown(connection, now, monkeypatch):
    monkeypatch.setattr(profile_panel, "SHOWN", 2)
    (jane,) = people(1)
    for number in range(3):
        launch(delay(), at=now, name=f"Canvas {number}")
    tick(now)
    request = RequestFactory().get("/")
    request.user = user("Viewer")
    (part, _) = profile_panel.panel(jane, request)
    assert (len(part.context["trips"]), part.context["more"]) == (2, True)


def test_who_may_see_no_canvas_sees_no_journey(now):
    request = RequestFactory().get("/")
    request.user = user("Viewer")
    request.user.groups.clear()
    assert list(profile_panel.panel(people(1)[0], request)) == []
