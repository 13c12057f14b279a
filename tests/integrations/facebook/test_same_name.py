"""facebook.W007: another audience of the same name in the same ad account."""

import pytest

from canvas.document import draft_of
from canvas.launch import problems
from canvas.models import Canvas
from tests.cast import draft, facebook_step, launch, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def somebody(connection):
    people(1)


def told(canvas: Canvas, now) -> list[str]:
    return [one.message for one in problems(draft_of(canvas, now)) if one.id == "facebook.W007"]


def test_a_name_of_its_own_is_no_problem(now):
    draft(facebook_step(audience_name="Loyal"), name="A"), draft(facebook_step(ad_account="act_1002"), name="B")
    assert told(draft(facebook_step(audience_name="Win back"), name="C"), now) == []


def test_another_canvas_fills_one(now):
    launch(facebook_step(audience_name="Win back"), at=now, name="A")
    (message,) = told(draft(facebook_step(audience_name=" WIN BACK "), name="B"), now)
    assert "the Canvas “A” fills one" in message


def test_another_draft_or_step_makes_one(now):
    draft(facebook_step(audience_name="Été “26”"), name="A")
    (message,) = told(draft(facebook_step(audience_name="été “26”"), name="B"), now)
    assert "the draft “A” makes one" in message
    twice = draft(facebook_step(then="b", audience_name="X"), facebook_step("b", audience_name="x"), name="C")
    assert len(told(twice, now)) == 2


def test_the_canvas_that_made_it_may_launch_again(now):
    canvas = launch(facebook_step(), at=now)
    assert told(canvas, now) == []
