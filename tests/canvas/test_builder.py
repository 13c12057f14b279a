"""Build: who may what, what a click does to the draft, and that nobody's change is lost silently."""

import pytest

from canvas import editing
from canvas.document import parse
from canvas.models import Canvas
from canvas.saving import Conflict, save
from config.team.models import AuditEvent
from tests.cast import delay, draft, facebook_step, launch, people, split, user

pytestmark = pytest.mark.django_db
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def canvas(db) -> Canvas:
    return draft(delay("wait", "split"), split(FRENCH, "yes", "end"), delay("yes", "end"), delay("end"))


def url(canvas: Canvas, rest: str) -> str:
    return f"/canvases/{canvas.pk}/{rest}"


def post(client, canvas: Canvas, rest: str, edition: int | None = None, **data):
    data |= {"edition": edition or canvas.edition}
    return client.post(url(canvas, rest), data, headers=HTMX)


def keys(canvas: Canvas) -> list[str]:
    canvas.refresh_from_db()
    return editing.keys(canvas.document)


CHANGES = [
    ("add/", {"type": "delay", "after": "wait", "branch": "next"}),
    ("link/", {"after": "wait", "branch": "next", "target": "end"}),
    ("steps/wait/", {"way": "duration", "duration": "3", "unit": "days"}),
    ("steps/wait/type/", {"type": "decision_split", "confirmed": "yes"}),
    ("steps/wait/delete/", {"onto": "split"}),
    ("steps/yes/move/", {"place": "end.next"}),
    ("steps/yes/duplicate/", {}),
]


def test_a_viewer_sees_the_graph_and_changes_nothing(client, canvas):
    client.force_login(user("Viewer"))
    page = client.get(url(canvas, "build/")).content.decode()
    assert "Wait 1 hour" in page and "Add a step" not in page and "<select" not in page
    assert client.get(url(canvas, "steps/wait/")).status_code == 200
    for rest, data in CHANGES:
        assert post(client, canvas, rest, **data).status_code == 403
    for rest in ("steps/wait/preview/", "review/", "launch/", "basics/", "entry/", "audience/"):
        assert post(client, canvas, rest).status_code == 403
    canvas.refresh_from_db()
    assert canvas.edition == 1


def test_nobody_gets_in_unsigned(client, canvas):
    for rest in ("build/", "basics/", "entry/", "audience/", "review/", "steps/wait/", "add/"):
        assert client.get(url(canvas, rest)).status_code == 302


@pytest.mark.parametrize(("rest", "data"), CHANGES)
def test_each_change_is_one_saved_edition_in_the_audit_log(marketer, canvas, rest, data):
    before = canvas.document
    answer = post(marketer, canvas, rest, **data)
    assert answer.status_code == 200 and 'id="builder"' in answer.content.decode()
    canvas.refresh_from_db()
    assert canvas.edition == 2 and canvas.document != before
    assert parse(canvas.document)
    assert AuditEvent.objects.get(action="canvas.saved").details["edition"] == 2


@pytest.mark.parametrize(("rest", "data"), CHANGES)
def test_a_change_on_an_old_edition_is_refused_and_says_who_saved(marketer, canvas, rest, data):
    admin = user("Admin")
    save(canvas.pk, 1, lambda document: editing.rename(document, "Newer"), admin, "Set Basics")
    answer = post(marketer, canvas, rest, edition=1, **data)
    assert answer.status_code == 409 and admin.email in answer.content.decode()
    canvas.refresh_from_db()
    assert (canvas.edition, canvas.name) == (2, "Newer")


def test_without_htmx_a_conflict_keeps_what_was_filled_in_and_can_be_saved_too(marketer, canvas):
    save(canvas.pk, 1, lambda document: editing.rename(document, "Newer"), user("Admin"), "Set Basics")
    filled = {"edition": ["1"], "way": "duration", "duration": "77", "unit": "days"}
    refused = marketer.post(url(canvas, "steps/wait/"), filled)
    assert refused.status_code == 409 and 'value="77"' in refused.content.decode()
    assert 'name="edition" value="2"' in refused.content.decode()
    marketer.post(url(canvas, "steps/wait/"), filled | {"edition": ["1", "2"]})
    canvas.refresh_from_db()
    assert editing.step_in(canvas.document, "wait")["settings"] == {"duration": "P77D"} and canvas.name == "Newer"


def test_a_step_whose_segment_was_deleted_stands_in_no_other_steps_way(marketer):
    gone = split({"segment": "Gone"}, "yes", "no", key="gone")
    canvas = draft(delay("wait", "gone"), gone, delay("yes"), delay("no"))
    for rest, data in (
        ("add/", {"type": "delay"}),
        ("steps/gone/duplicate/", {}),
        ("steps/wait/move/", {"place": "no.next"}),
        ("steps/gone/delete/", {"onto": "no"}),
    ):
        assert post(marketer, canvas, rest, **data).status_code == 200
        canvas.refresh_from_db()


def test_the_same_change_twice_is_no_conflict(canvas):
    def change(document):
        return editing.set_settings(document, "wait", {"duration": "P9D"})

    for _ in range(2):
        assert save(canvas.pk, 1, change, user("Marketer"), "Set Delay").edition == 2
    with pytest.raises(Conflict):
        save(canvas.pk, 1, lambda document: editing.rename(document, "Other"), user("Marketer"), "Set Basics")


def test_the_first_step(marketer):
    canvas = draft()
    assert 'id="add-first"' in marketer.get(url(canvas, "build/")).content.decode()
    post(marketer, canvas, "add/", type="facebook_audience", after="", branch="next")
    assert keys(canvas) == ["facebook-audience"]


def test_what_can_be_added_is_asked_in_the_dialog_or_on_a_page(marketer, canvas):
    where = url(canvas, "add/?after=split&branch=yes")
    fragment = marketer.get(where, headers=HTMX).content.decode()
    assert "Facebook Audience Step" in fragment and "<html" not in fragment
    assert 'value="end"' in fragment and 'value="wait"' not in fragment
    assert "<html" in marketer.get(where).content.decode()


def test_a_loop_can_not_be_made(marketer, canvas):
    answer = post(marketer, canvas, "link/", after="end", branch="next", target="wait")
    assert answer.status_code == 409 and "circle" in answer.content.decode()


def test_a_type_with_settings_is_changed_only_after_a_question(marketer, canvas):
    asked = post(marketer, canvas, "steps/wait/type/", type="decision_split").content.decode()
    assert "What is set now is dropped" in asked and Canvas.objects.get().edition == 1
    unset = draft(delay("bare") | {"settings": {}}, name="Unset")
    post(marketer, unset, "steps/bare/type/", type="facebook_audience")
    unset.refresh_from_db()
    assert unset.document["steps"][0]["type"] == "facebook_audience"


def test_deleting_says_what_goes_along(marketer, canvas):
    asked = marketer.get(url(canvas, "steps/split/delete/"), headers=HTMX).content.decode()
    assert "Where do people go then?" in asked and "because only this step leads there" in asked
    assert "Undo brings it back" in asked
    post(marketer, canvas, "steps/split/delete/", onto="end")
    assert keys(canvas) == ["wait", "end"]


def test_a_step_that_is_not_there_is_not_found(marketer, canvas):
    for rest in ("steps/gone/", "steps/gone/delete/"):
        assert marketer.get(url(canvas, rest)).status_code == 404
    assert post(marketer, canvas, "add/", type="delay", after="gone").status_code == 409
    assert post(marketer, canvas, "add/", type="teleport").status_code == 409


def test_a_live_canvas_is_shown_as_it_was_launched_and_can_not_be_changed(marketer, now):
    canvas = launch(delay("wait"), at=now)
    Canvas.objects.update(document=canvas.document | {"steps": []})
    page = marketer.get(url(canvas, "build/")).content.decode()
    assert "Wait 1 hour" in page and "This Canvas is running. Nobody is in it now." in page and "Add a step" not in page
    for rest, data in CHANGES[:1] + CHANGES[2:4]:
        assert post(marketer, canvas, rest, **data).status_code == 409
    canvas.refresh_from_db()
    assert canvas.edition == 1


def test_a_draft_with_a_loop_is_drawn_and_told(marketer):
    canvas = draft(delay("a", "b"), delay("b", "a"))
    page = marketer.get(url(canvas, "build/")).content.decode()
    assert page.count("<article") == 2 and "canvas.E005" in page


def test_problems_stand_on_cards_and_in_the_list(marketer):
    canvas = draft(facebook_step() | {"settings": {}}, audience=None)
    page = marketer.get(url(canvas, "build/")).content.decode()
    for identity in ("canvas.E002", "facebook.E001", "facebook.E004", "facebook.E008", "facebook.E009"):
        assert identity in page
    assert f'href="/canvases/{canvas.pk}/steps/fb/#id_fields"' in page
    assert "An admin of your team can do this." in page and "has-problem" in page


def long(count: int) -> list[dict]:
    """So many steps of all three types, a third each."""
    made = []
    for at in range(0, count, 3):
        after = f"d{at + 3}" if at + 3 < count else None
        filter = FRENCH if at % 2 else {"segment": "Nobody's"}
        made += [
            delay(f"d{at}", f"s{at}"),
            split(filter, f"f{at}", after, key=f"s{at}"),
            facebook_step(f"f{at}", after),
        ]
    return made


@pytest.mark.parametrize("rest", ["build/", "review/", "steps/f0/", "steps/s0/", "audience/", "entry/", "basics/"])
def test_pages_take_as_many_queries_for_two_hundred_steps_as_for_three(
    marketer, connection, rest, django_assert_max_num_queries
):
    people(3)
    counts = []
    for count in (3, 198):
        canvas = draft(*long(count), name=f"{count} steps")
        marketer.get(url(canvas, rest))
        with django_assert_max_num_queries(20) as captured:
            assert marketer.get(url(canvas, rest)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_change_takes_as_many_queries_for_two_hundred_steps_as_for_three(
    marketer, connection, django_assert_max_num_queries
):
    counts = []
    for count in (3, 198):
        canvas = draft(*long(count), name=f"{count} steps")
        with django_assert_max_num_queries(20) as captured:
            post(marketer, canvas, "steps/d0/", way="duration", duration="3", unit="days")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_editor_as_a_page_is_sent_as_a_page(marketer, canvas):
    """There is no graph around it that an answer could replace."""
    path = f"/canvases/{canvas.pk}/steps/wait/"
    assert f'hx-post="{path}"' not in marketer.get(path).content.decode()
    assert f'hx-post="{path}"' in marketer.get(path, headers={"HX-Request": "true"}).content.decode()
