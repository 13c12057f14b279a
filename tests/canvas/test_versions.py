"""The pages of what is live: editing its next version, publishing it, and the versions there were."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from canvas import editing, history, launch, publishing, saving, versions
from canvas.models import Canvas, Step
from config.team.models import AuditEvent
from tests.cast import delay, document, draft, facebook_step, people, tick, user
from tests.cast import launch as launched

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def live(now) -> Canvas:
    people(3)
    canvas = launched(delay("wait", "then"), delay("then", duration="P1D"), at=now)
    tick(now)
    return canvas


def fresh(canvas: Canvas) -> Canvas:
    return Canvas.objects.get(pk=canvas.pk)


def url(canvas: Canvas, page: str, **more) -> str:
    return reverse(f"canvas:{page}", kwargs={"pk": canvas.pk, **more})


def page(client, canvas: Canvas, name: str, query: str = "") -> str:
    return client.get(url(canvas, name) + query).content.decode()


def change(canvas: Canvas, *steps: dict) -> Canvas:
    source = document(*steps, name=canvas.name)
    return versions.save(canvas.pk, None, lambda _: source, user("Marketer"), "Edit", "dashboard")


def deeds() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_edit_begins_a_draft_and_everybody_sees_which_version_that_is(marketer, live):
    assert "You see version 1, which is live." in page(marketer, live, "builder")
    assert marketer.post(url(live, "edit")).status_code == 302
    marketer.post(url(live, "edit"))
    built = page(marketer, live, "builder")
    assert "You edit version 2." in built and "Version 1 is live, with 3 people in it" in built
    assert "Review &amp; publish" in built and 'id="discard"' in built
    assert deeds().count("canvas.draft_begun") == 1
    marketer.force_login(user("Viewer"))
    seen = page(marketer, live, "builder")
    assert "You edit version 2." in seen and 'id="discard"' not in seen
    assert 'id="edit-canvas"' not in page(marketer, live, "basics")


def test_a_draft_of_the_next_version_is_saved_undone_and_contested_like_any(marketer, live):
    live = versions.begin(live.pk)
    sent = {"type": "delay", "after": "then", "branch": "next", "edition": live.edition}
    assert marketer.post(url(live, "add"), sent).status_code == 302
    assert marketer.post(url(live, "add"), sent).status_code == 409
    assert editing.keys(fresh(live).document) == ["wait", "then", "delay"]
    history.undo(live.pk, fresh(live).edition, None)
    with pytest.raises(history.NothingThere):
        history.undo(live.pk, fresh(live).edition, None)
    assert editing.keys(fresh(live).live_version.document) == ["wait", "then"]


def test_what_led_to_the_version_that_is_live_is_not_undone(now):
    canvas = draft(delay())
    saving.save(canvas.pk, 1, lambda made: editing.set_part(made, "reentry", {"allowed": True}), None, "Edit Entry")
    launch.launch(fresh(canvas), now)
    canvas = versions.begin(canvas.pk)
    with pytest.raises(history.NothingThere):
        history.undo(canvas.pk, canvas.edition, None)


def test_what_is_not_edited_can_not_be_changed_and_its_name_stays(marketer, live):
    sent = {"type": "delay", "after": "then", "branch": "next", "edition": live.edition}
    assert marketer.post(url(live, "add"), sent).status_code == 409
    versions.begin(live.pk)
    marketer.post(url(live, "basics"), {"name": "Other", "edition": live.edition})
    assert fresh(live).name == "Win back" and fresh(live).document["name"] == "Win back"
    with pytest.raises(saving.NameKept):
        saving.save(live.pk, None, lambda made: editing.rename(made, "Other"), None, "Rename")


def test_discarding_goes_back_to_what_is_live(marketer, live):
    change(live, delay("wait"))
    stale = fresh(live).edition - 1
    assert marketer.post(url(live, "discard"), {"edition": stale}).status_code == 409
    assert marketer.post(url(live, "discard"), {"edition": stale + 1}).status_code == 302
    live = fresh(live)
    assert not live.drafting and live.document == live.live_version.document
    assert "canvas.draft_discarded" in deeds()
    assert marketer.post(url(live, "discard"), {"edition": live.edition}).status_code == 409


def test_review_tells_what_is_changed_and_asks_where_people_go(marketer, live):
    change(live, delay("wait", "new", duration="PT9H"), delay("new"))
    told = page(marketer, live, "review")
    assert "What version 2 changes" in told and "Keeps 3 people where they are" in told
    assert "Whoever waits here keeps their time" in told and "Nobody stands there now" in told
    assert '<option value="" selected>They leave the Canvas</option>' in told
    assert "Publish version 2 of Win back?" in told
    again = marketer.post(url(live, "review"), {"to-then": "new"}, headers={"HX-Request": "true"}).content.decode()
    assert '<option value="new" selected>They go on at Delay' in again


def test_publishing_from_the_page_moves_people_where_it_was_chosen(marketer, live, now):
    tick(now + HOUR)
    live = change(live, delay("wait", "new"), delay("new"))
    sent = {"edition": live.edition, "to-then": "new"}
    answer = marketer.post(url(live, "launch"), sent)
    assert answer.status_code == 302 and answer.url == url(live, "analytics")
    live = fresh(live)
    assert (live.live_version.number, live.live_version.published_by) == (2, user("Marketer"))
    assert live.live_version.onward == {"then": "new"} and "canvas.published" in deeds()
    numbers = page(marketer, live, "analytics")
    assert "Retired" in numbers and "Version 2 of Win back is live." in numbers
    assert "Retired" in marketer.get(url(live, "step_analytics", key="then")).content.decode()
    call_command("audit_sync")


def test_what_stops_it_is_told_and_what_is_live_stays(marketer, live):
    live = change(live, delay("wait") | {"settings": {}})
    answer = marketer.post(url(live, "launch"), {"edition": live.edition, "to-then": ""}).content.decode()
    assert "was not published. Version 1 is live as before." in answer and "canvas.E004" in answer
    assert marketer.post(url(live, "launch"), {"edition": live.edition - 1, "to-then": ""}).status_code == 409
    assert fresh(live).live_version.number == 1 and fresh(live).drafting


def test_the_same_again_is_not_published(marketer, live, now):
    versions.begin(live.pk)
    assert "Nothing is changed yet" in page(marketer, live, "review")
    with pytest.raises(launch.NotLaunched, match="the same as version 1"):
        publishing.publish(fresh(live), now)
    assert fresh(live).launch_token is None


def test_an_audience_that_is_there_is_not_made_again_and_another_name_says_so(marketer, connection, sandbox, now):
    people(1)
    live = launched(facebook_step(then="wait"), delay(), at=now)
    change(live, facebook_step(then="wait", fields=["email", "phone"]), delay(duration="P2D"))
    told = page(marketer, live, "review")
    assert "Creates a custom audience" not in told and "The custom audience stays." in told
    change(live, facebook_step(then="wait", audience_name="Other"), delay())
    told = page(marketer, live, "review")
    assert "Creates a custom audience" in told and "“Win back” stays as it is" in told


def test_versions_are_listed_compared_and_restored(marketer, live, now):
    change(live, delay("wait"))
    publishing.publish(fresh(live), now, user("Marketer"), onward={"then": "wait"})
    listed = page(marketer, live, "versions")
    assert "The first launch." in listed and "marketer@example.com" in listed and "Deleted" in listed
    assert "People at Delay: Wait 1 day: they went on at Delay: Wait 1 hour." in listed
    assert "They are the same." in page(marketer, live, "versions", "?old=1&new=1")
    assert "There is no such version." in page(marketer, live, "versions", "?old=1&new=draft")
    there = url(live, "restore", number=1)
    assert marketer.post(there, {"edition": fresh(live).edition}).status_code == 302
    assert fresh(live).document["steps"][1]["key"] == "then" and "canvas.restored" in deeds()
    assert "Draft of version 3" in page(marketer, live, "versions", "?old=2&new=draft")
    assert marketer.post(url(live, "restore", number=9), {"edition": fresh(live).edition}).status_code == 404


def test_twenty_versions_take_no_more_queries_than_two(marketer, live, now, django_assert_max_num_queries):
    for number in range(25):
        change(live, delay("wait", duration=f"PT{number + 2}H"))
        publishing.publish(fresh(live), now, onward={"then": ""} if number == 0 else None)
    with django_assert_max_num_queries(20):
        listed = page(marketer, live, "versions")
    assert "Version 26" in listed and 'id="version-6"' not in listed and fresh(live).versions.count() == 26


def test_a_step_of_another_type_and_a_new_one_are_steps_of_their_own(marketer, live, now):
    live = versions.begin(live.pk)
    sent = {"type": "decision_split", "confirmed": "yes", "edition": live.edition}
    marketer.post(url(live, "change_type", key="wait"), sent)
    steps = fresh(live).document["steps"]
    assert [step["key"] for step in steps] == ["decision-split", "then"] and steps[0]["next"] == {"yes": "then"}
    Step.objects.create(canvas=live, key="delay", type="delay", retired=True, last=delay("delay"))
    sent = {"type": "delay", "after": "then", "branch": "next", "edition": fresh(live).edition}
    marketer.post(url(live, "add"), sent)
    assert editing.keys(fresh(live).document)[-1] == "delay-2"


def test_an_archived_canvas_shows_what_was_live_and_has_no_draft(marketer, live):
    change(live, delay("other"))
    launch.stop(fresh(live))
    launch.archive(fresh(live))
    assert "Wait 1 day" in page(marketer, live, "builder")
    marketer.post(url(live, "edit"))
    assert not fresh(live).is_draft


def test_the_draft_is_what_is_exported_and_duplicated(marketer, live):
    change(live, delay("other"))
    assert marketer.get(url(live, "export")).json()["steps"][0]["key"] == "other"
    marketer.post(url(live, "duplicate"))
    twin = Canvas.objects.exclude(pk=live.pk).get()
    assert editing.keys(twin.document) == ["other"] and twin.status == "draft"
