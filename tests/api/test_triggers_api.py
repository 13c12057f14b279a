"""POST /canvases/{id}/trigger: lets known people in, names the others by their place."""

import pytest

from canvas import launch as launching
from canvas.models import Entry
from tests.api.caller import Caller, paths
from tests.cast import delay, launch, people, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(client) -> Caller:
    return Caller("canvases.trigger")


def recipients(*some) -> dict:
    return {"recipients": list(some)}


def test_known_people_enter_with_their_properties(now, shop):
    people(2)
    canvas = launch(delay(), at=now, entry={"type": "api"}, audience=None)
    jane, joe = {"external_id": "p0", "properties": {"cart": 9}}, {"external_id": "p1"}
    sent = recipients(jane, {"external_id": "gone"}, 5, joe, jane | {"properties": {}}, joe | {"properties": []})
    answer = shop.post(f"/canvases/{canvas.pk}/trigger", sent)
    assert answer.status_code == 201
    assert answer.data["recipients_processed"] == 3
    assert [error["index"] for error in answer.data["errors"]] == [1, 2, 5]
    tick(canvas.versions.get().published_at.replace(year=2027))
    contexts = dict(Entry.objects.values_list("profile__external_id", "context"))
    assert contexts == {"p0": {"cart": 9}, "p1": {}}


def test_it_is_refused_where_nobody_can_enter_by_it(now, shop):
    people(1)
    scheduled = launch(delay(), at=now)
    stopped = launch(delay(), at=now, name="Stopped", entry={"type": "api"}, audience=None)
    launching.stop(stopped)
    for canvas, words in ((scheduled, "not API-triggered"), (stopped, "is stopped")):
        answer = shop.post(f"/canvases/{canvas.pk}/trigger", recipients({"external_id": "p0"}))
        assert answer.status_code == 409 and words in answer.data["detail"]


def test_what_makes_no_sense_is_named(now, shop):
    canvas = launch(delay(), at=now, entry={"type": "api"}, audience=None)
    for sent in ({}, [], {"recipients": {}}, recipients(*[{"external_id": "a"}] * 1001), recipients() | {"more": 1}):
        assert paths(shop.post(f"/canvases/{canvas.pk}/trigger", sent)) == ["recipients"]
