"""A version is published while the engine, an editor, or somebody else who publishes is at work, in both orders."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection as database

from audiences.track import track
from canvas import engine, publishing, saving, versions
from canvas.launch import NotLaunched
from canvas.models import Canvas, Cohort, Trigger
from tests.cast import delay, document, facebook_step, launch, people, step_numbers, tick
from tests.faults.test_races import Actor, in_order, nothing_differs

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
VERSION, JOURNAL = 'INSERT INTO "canvas_version"', 'INSERT INTO "canvas_arrival"'
PASSES_BY = database.vendor == "sqlite"
"""On PostgreSQL the engine passes a locked Canvas by; on SQLite it waits."""


@pytest.fixture
def edited(db, now) -> Canvas:
    """Three people wait for an hour before "old"; the next version has "new" in its place."""
    people(3)
    canvas = launch(delay("wait", "old"), delay("old", duration="P1D"), at=now)
    tick(now)
    return with_draft(canvas, delay("wait", "new"), delay("new", duration="P2D"))


def with_draft(canvas: Canvas, *steps: dict) -> Canvas:
    versions.save(canvas.pk, None, lambda _: document(*steps, name=canvas.name), None, "Replaced", "test")
    return Canvas.objects.get(pk=canvas.pk)


def publish(canvas: Canvas, now, **onward: str) -> Callable[[], object]:
    return lambda: publishing.publish(Canvas.objects.get(pk=canvas.pk), now, onward=onward)


def standing(canvas: Canvas) -> dict[str, int]:
    return dict(Cohort.objects.filter(canvas=canvas, ended_at=None).values_list("step__key", "size"))


def test_who_moves_while_a_version_is_published_moves_by_the_new_one(edited, now):
    later = now + HOUR
    publishes = Actor(publish(edited, later, old="new"), stop_at=VERSION)
    in_order(publishes, Actor(lambda: engine.one_chunk(edited.pk, later)), waits=PASSES_BY)
    tick(later)
    assert standing(edited) == {"new": 3} and nothing_differs()


@pytest.mark.parametrize("stop_at", [JOURNAL, 'UPDATE "canvas_cohort" SET "step_id"'])
def test_who_was_moving_when_a_version_is_published_is_taken_from_where_she_came(edited, now, stop_at):
    later = now + HOUR
    moves = Actor(lambda: engine.one_chunk(edited.pk, later), stop_at)
    in_order(moves, Actor(publish(edited, later, old="new")))
    assert standing(edited) == {"new": 3} and nothing_differs()
    assert step_numbers(edited)["old"]["proceeded"] == 3
    tick(later + 2 * 24 * HOUR)
    assert standing(edited) == {} and nothing_differs()


def test_of_two_who_publish_one_does(edited, sandbox, connection, now):
    edited = with_draft(edited, facebook_step(then="wait"), delay("wait"))
    second = Actor(publish(edited, now, old="wait"))
    with pytest.raises(NotLaunched) as refused:
        in_order(Actor(publish(edited, now, old="wait"), stop_at=VERSION), second)
    assert refused.value.problems[0].id == "canvas.E008"
    assert len(sandbox.audiences()) == 1 and edited.versions.count() == 2 and nothing_differs()


def test_what_was_edited_meanwhile_does_not_go_live_unseen(edited, now):
    def edit() -> None:
        versions.save(edited.pk, None, lambda source: source | {"reentry": {"allowed": True}}, None, "Edit", "test")

    with pytest.raises(NotLaunched) as refused:
        in_order(Actor(publish(edited, now, old=""), stop_at='SELECT "canvas_step"'), Actor(edit), waits=False)
    assert refused.value.problems[0].id == "canvas.E008"
    edited.refresh_from_db()
    assert edited.live_version.number == 1 and edited.drafting and standing(edited) == {"wait": 3}
    publish(edited, now, old="")()
    assert edited.versions.count() == 2


def test_who_saves_while_it_is_published_is_told(edited, now):
    def edit() -> None:
        saving.save(edited.pk, edited.edition, lambda source: source | {"reentry": {"allowed": True}}, None, "Edit")

    with pytest.raises(saving.NotADraft):
        in_order(Actor(publish(edited, now, old=""), stop_at=VERSION), Actor(edit))


def test_who_does_something_while_it_is_published_is_woken_only_by_what_is_still_asked_for(db, now):
    people(2)
    canvas = launch(actions("Bought", "Seen"), at=now)
    tick(now)
    with_draft(canvas, actions("Seen"))
    publishes = Actor(publish(canvas, now), stop_at='DELETE FROM "canvas_listener"')
    events = [{"external_id": "p0", "name": "bought"}, {"external_id": "p1", "name": "seen"}]
    did = {"events": [event | {"time": now.isoformat()} for event in events]}
    in_order(publishes, Actor(lambda: track(did, now)), waits=database.vendor == "sqlite")
    tick(now)
    assert standing(canvas) == {"wait": 1} and not Trigger.objects.exists() and nothing_differs()


def actions(*names: str) -> dict:
    settings = {"window": "P1D", "actions": [{"name": name, "event": name.lower()} for name in names]}
    return {"key": "wait", "type": "action_paths", "settings": settings, "next": {}}
