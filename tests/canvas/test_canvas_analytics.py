"""The page of a Canvas's numbers: totals, the graph, the table; and that it looks again while people move."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences.track import track
from canvas import analytics, journal
from canvas import launch as launching
from canvas.models import Canvas
from tests.cast import delay, draft, facebook_step, launch, people, split, tick, user
from tests.states import in_every_state

pytestmark = pytest.mark.django_db
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
LOOKS_AGAIN = 'hx-trigger="every 5s"'


@pytest.fixture
def viewer(client):
    client.force_login(user("Viewer"))
    return client


def path(canvas: Canvas) -> str:
    return f"/canvases/{canvas.pk}/analytics/"


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_the_numbers_are_those_of_analytics_in_table_and_graph(viewer, connection, now):
    people(4, country="FR"), people(2)
    canvas = launch(split(FRENCH, "fb", "wait"), facebook_step(), delay(), at=now)
    tick(now)
    answer = viewer.get(path(canvas))
    numbers = analytics.numbers(Canvas.objects.get())
    assert {"name": "Win back", "status": "active"} | answer.context["totals"] == numbers["canvas"]
    assert numbers["canvas"] | {"entered": 6, "inside": 2, "exited": 4} == numbers["canvas"]
    assert [row["numbers"] for row in answer.context["rows"]] == numbers["steps"]
    assert {card.step.key: counted for card, counted in answer.context["cards"]} == {
        row["key"]: row for row in numbers["steps"]
    }


def test_every_step_stands_in_both_and_leads_to_its_page(viewer, connection, now):
    people(1)
    canvas = launch(split(FRENCH, "fb", "wait"), facebook_step(), delay(), at=now)
    words = text(viewer.get(path(canvas)))
    for key in ("split", "fb", "wait"):
        assert words.count(f'href="{path(canvas)}{key}/"') == 2
        assert viewer.get(f"{path(canvas)}{key}/").status_code == 200


def test_a_card_tells_of_everybody_who_came(viewer, connection, sandbox, settings, now):
    canvas = in_every_state(sandbox, settings, now)
    card = text(viewer.get(path(canvas))).split('class="step-facts"')[1].split("</dl>")[0]
    assert "<dt>Synced</dt><dd>4</dd>" in card and "<dt>Withdrawn</dt><dd>1</dd>" in card


def test_it_looks_again_while_the_canvas_is_active(viewer, connection, now):
    canvas = launch(delay(), at=now)
    answer = viewer.get(path(canvas))
    assert LOOKS_AGAIN in text(answer) and "no-store" in answer.headers["Cache-Control"]
    part = text(viewer.get(path(canvas), headers={"HX-Request": "true"}))
    assert part.startswith('<div class="stack loose" id="numbers"') and "<h1" not in part
    launching.stop(canvas)
    assert LOOKS_AGAIN not in text(viewer.get(path(canvas)))


def test_before_its_launch_it_says_so(viewer):
    words = text(viewer.get(path(draft(facebook_step()))))
    assert "This Canvas was never launched." in words and LOOKS_AGAIN not in words and "data-graph" not in words


@pytest.mark.nightly
def test_it_costs_the_same_for_many_people_and_steps(viewer, connection, now):
    costs = []
    for count in (3, 40):
        people(count * 5)
        names = [f"s{at}" for at in range(count)]
        steps = [facebook_step(name, then) for name, then in zip(names, [*names[1:], None], strict=True)]
        for at, step in enumerate(steps):
            step["settings"]["audience_name"] = f"Audience {at}"
        canvas = launch(*steps, at=now, name=f"{count} steps")
        tick(now)
        with CaptureQueriesContext(database) as captured:
            viewer.get(path(canvas))
        costs.append(len(captured))
    assert costs[0] == costs[1] <= 20


def test_conversions_are_told_with_their_share(viewer, now):
    people(4)
    sold = {"name": "Sold", "purchase": "any", "within": "P1D"}
    canvas = launch(delay(), at=now, conversions=[sold, {"name": "Seen", "event": "viewed", "within": "P1D"}])
    tick(now)
    buying = {"external_id": "p1", "product_id": "TENT", "currency": "EUR", "price": 5, "time": now.isoformat()}
    track({"purchases": [buying, buying | {"external_id": "p2"}, buying]}, now)
    tick(now)
    assert analytics.with_conversions(Canvas.objects.get())["canvas"]["conversions"] == {"Sold": 2, "Seen": 0}
    words = text(viewer.get(path(canvas)))
    assert "Converted: Sold</span><b>2</b><small>50 % of who entered" in words and "Converted: Seen" in words


def test_a_step_with_several_ways_tells_where_people_went(viewer, now):
    people(3, country="FR"), people(1)
    canvas = launch(split(FRENCH, "wait", None), delay(), at=now)
    tick(now)
    words = text(viewer.get(f"{path(canvas)}split/"))
    assert "Where people went" in words and "75.0 %" in words and "25.0 %" in words
    assert "Where people went" not in text(viewer.get(f"{path(canvas)}wait/"))
    journal.fold(canvas.pk)
    assert "75.0 %" in text(viewer.get(f"{path(canvas)}split/"))
