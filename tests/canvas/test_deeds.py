"""Events and purchases that a Canvas waits for, in every form: each comes back as it was, and becomes the other one."""

import pytest

from canvas import describe
from tests.cast import EVERYBODY, draft, user
from tests.html_forms import posted

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
DEAR = [{"property": "price", "op": "gte", "value": 50}]
ONCE_SAID = ({"event": "bought"}, {"purchase": "TENT", "where": DEAR}, {"purchase": "any"})
PLACES = {
    "entry": ("", lambda document: document["entry"]),
    "audience": ("exit_", lambda document: document["exit"]),
    "basics": ("conversions-0-", lambda document: document["conversions"][0]),
    "steps/wait": ("actions-0-", lambda document: document["steps"][0]["settings"]["actions"][0]),
}
"""Where the form is, what its fields begin with, and where the document has what it says."""


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def made(asked: dict):
    settings = {"window": "P1D", "actions": [{"name": "First", **asked}]}
    step = {"key": "wait", "type": "action_paths", "settings": settings, "next": {}}
    conversions = [{"name": "Sold", "within": "P3D", **asked}]
    return draft(step, entry={"type": "action", **asked}, exit=dict(asked), conversions=conversions, audience=EVERYBODY)


def save(client, canvas, place: str, **changed) -> str:
    address = f"/canvases/{canvas.pk}/{place}/"
    fields = posted(client.get(address).content.decode()).dict()
    start, _ = PLACES[place]
    fields |= {"at": "action", "exit": "event"} | {f"{start}{name}": value for name, value in changed.items()}
    answer = client.post(address, fields, headers=HTMX)
    canvas.refresh_from_db()
    return answer.content.decode()


def named(canvas, place: str) -> dict:
    said = PLACES[place][1](canvas.document)
    return {key: said[key] for key in ("event", "purchase", "where") if key in said}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("asked", ONCE_SAID, ids=["event", "product", "anything"])
def test_it_comes_back_as_it_was(marketer, place, asked):
    canvas = made(asked)
    save(marketer, canvas, place)
    assert named(canvas, place) == asked


@pytest.mark.parametrize("place", PLACES)
def test_an_event_becomes_a_purchase_and_back(marketer, place):
    canvas = made({"event": "bought"})
    save(marketer, canvas, place, did="purchase", event="")
    assert named(canvas, place) == {"purchase": "any"}
    save(marketer, canvas, place, did="purchase", event="TENT")
    assert named(canvas, place) == {"purchase": "TENT"}
    save(marketer, canvas, place, did="event", event="viewed")
    assert named(canvas, place) == {"event": "viewed"}


@pytest.mark.parametrize("place", ["entry", "audience", "basics"])
def test_an_event_without_a_name_is_asked_for(marketer, place):
    canvas = made({"purchase": "any"})
    html = save(marketer, canvas, place, did="event", event="")
    assert "Write the name of the event" in html or "A conversion needs a name, what people do" in html
    assert named(canvas, place) == {"purchase": "any"}


def test_it_is_told_in_words():
    tent, anything, event = {"purchase": "TENT"}, {"purchase": "any"}, {"event": "viewed"}
    entries = [describe.entry({"type": "action"} | asked) for asked in (tent, anything, event)]
    assert entries == ["When they buy TENT", "When they buy anything", "When they do viewed"]
    assert (
        describe.leaving(anything, list) == "Who buys anything" and describe.leaving(event, list) == "Who does viewed"
    )
    assert describe.conversions([{"name": "Sold", "within": "P3D"} | tent]) == "Sold: a purchase of TENT within 3 days"
