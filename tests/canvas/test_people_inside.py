"""The filter condition {"in_canvas": ...}."""

from datetime import timedelta

import pytest

from audiences import filters
from audiences.models import Profile
from canvas.models import Entry
from tests.cast import delay, launch, people, split, tick

pytestmark = pytest.mark.django_db
INSIDE = {"in_canvas": "Waiting"}


def found(document: dict, now) -> set[int]:
    return set(Profile.objects.filter(filters.condition(document, now)).values_list("pk", flat=True))


def test_who_is_inside_now(now, django_assert_num_queries):
    [jane, joe] = people(2, country="US")
    launch(delay(duration="PT1H"), name="Waiting", at=now)
    tick(now)
    [late] = people(1)
    with django_assert_num_queries(2):
        assert found({"all": [INSIDE, {"not": {"not": INSIDE}}]}, now) == {jane.pk, joe.pk}
    assert found({"not": INSIDE}, now) == {late.pk}
    tick(now + timedelta(hours=1))
    assert found(INSIDE, now) == set()


def test_a_split_can_ask_for_it(now):
    [jane] = people(1)
    launch(delay(duration="PT1H"), name="Waiting", at=now)
    tick(now)
    [late] = people(1)
    canvas = launch(split(INSIDE, "yes", "no"), delay("yes"), delay("no"), name="Other", at=now)
    tick(now)
    where = dict(Entry.objects.filter(canvas=canvas).values_list("profile", "cohort__step__key"))
    assert where == {jane.pk: "yes", late.pk: "no"}


def test_a_canvas_that_is_not_there_is_refused_with_a_suggestion(now):
    launch(delay(), name="Waiting", at=now)
    [fault] = filters.check({"in_canvas": "Waitin"})
    assert (fault.path, fault.message) == (
        "filter.in_canvas",
        "There is no Canvas called Waitin. Did you mean Waiting?",
    )
    assert filters.check({"in_canvas": 5})[0].message == "Write the name of a Canvas."
