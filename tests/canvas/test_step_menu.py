"""What the menu of a step does: duplicate, move, lead elsewhere, delete; what is asked, and what is said afterwards."""

import json

import pytest

from canvas import editing
from canvas.models import Canvas
from tests.canvas.test_builder import FRENCH, keys, post, url
from tests.cast import delay, draft, facebook_step, split, user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


@pytest.fixture
def canvas(db) -> Canvas:
    return draft(delay("wait", "split"), split(FRENCH, "yes"), delay("yes", "end", duration="P2D"), delay("end"))


def get(client, canvas: Canvas, rest: str) -> str:
    return client.get(url(canvas, rest), headers=HTMX).content.decode()


def toast(answer) -> dict:
    return json.loads(answer.headers["HX-Trigger-After-Settle"])["toast"]


def test_the_menu_is_one_for_all_cards_and_a_page_without_scripts(marketer, canvas):
    page = marketer.get(url(canvas, "build/")).content.decode()
    assert page.count('data-action="delete"') == 1 and page.count('aria-haspopup="menu"') == 4
    page = marketer.get(url(canvas, "steps/wait/menu/")).content.decode()
    assert "<html" in page and page.count("data-action=") == 6 and "menuitem" not in page


def test_a_step_that_leads_one_way_is_deleted_at_once_and_can_be_undone(marketer, canvas):
    answer = post(marketer, canvas, "steps/yes/delete/")
    assert answer.status_code == 200 and keys(canvas) == ["wait", "split", "end"]
    assert toast(answer) == {"words": "Delay: Wait 2 days deleted.", "label": "Undo", "form": "undo-form"}
    post(marketer, canvas, "undo/")
    assert keys(canvas) == ["wait", "split", "yes", "end"]
    answer = post(marketer, canvas, "steps/end/delete/")
    assert 'data-focus="yes"' in answer.content.decode()


def test_a_step_that_leads_two_ways_asks_first(marketer):
    canvas = draft(split(FRENCH, "yes", "no"), delay("yes"), delay("no"))
    asked = post(marketer, canvas, "steps/split/delete/")
    assert "Where do people go then?" in asked.content.decode() and asked.headers["HX-Retarget"] == "#dialog"
    assert keys(canvas) == ["split", "yes", "no"]
    post(marketer, canvas, "steps/split/delete/", onto="no")
    assert keys(canvas) == ["no"]


def test_a_step_is_duplicated_right_after_itself(marketer):
    canvas = draft(facebook_step("fb", "end"), delay("end"))
    answer = post(marketer, canvas, "steps/fb/duplicate/").content.decode()
    assert keys(canvas) == ["fb", "facebook-audience", "end"] and 'data-focus="facebook-audience"' in answer
    twin = editing.step_in(canvas.document, "facebook-audience")
    assert twin["settings"]["audience_name"] == "Win back (copy)" and twin["next"] == {"next": "end"}


def test_where_a_step_can_go_is_said_in_words(marketer, canvas):
    asked = get(marketer, canvas, "steps/yes/move/")
    for words in ("After the entry", "After Delay: Wait 1 hour", "On branch No of Decision Split"):
        assert words in asked
    assert "On branch Yes of" not in asked and "Search the places" not in asked
    assert "This step, and the one to which only it leads" in asked
    answer = post(marketer, canvas, "steps/yes/move/", place="split.no")
    assert toast(answer)["words"] == "Delay: Wait 2 days moved."
    canvas.refresh_from_db()
    assert editing.step_in(canvas.document, "split")["next"] == {"yes": "end", "no": "yes"}


def test_a_step_moves_with_its_followers(marketer, canvas):
    post(marketer, canvas, "steps/yes/move/", place="wait.next", along="yes")
    assert keys(canvas) == ["wait", "yes", "end", "split"]
    assert "There is no other place for this step." in get(marketer, draft(delay(), name="One"), "steps/wait/move/")


def test_a_place_that_makes_no_sense_is_refused(marketer, canvas):
    for place in ("yes.next", "gone.next", "split.maybe", "", "."):
        answer = post(marketer, canvas, "steps/yes/move/", place=place)
        assert answer.status_code == 409 and "Not saved." in answer.content.decode()
    assert marketer.get(url(canvas, "steps/gone/move/")).status_code == 404


def test_many_places_can_be_searched(marketer):
    canvas = draft(*(delay(f"d{at}", f"d{at + 1}") for at in range(9)), delay("d9"))
    assert "Search the places" in get(marketer, canvas, "steps/d3/move/")
    assert "Search the steps" in get(marketer, canvas, "link/?after=d0")


def test_adding_after_a_split_asks_for_the_branch(marketer, canvas):
    asked = get(marketer, canvas, "add/?after=split")
    assert "On which branch?" in asked and 'value="no" id="id_add_branch_1" checked' in asked
    asked = get(marketer, canvas, "add/?after=split&branch=yes")
    assert "On which branch?" not in asked and "it leads there now" in asked
    assert "On which branch?" not in get(marketer, canvas, "add/?after=wait")


def test_step_types_stand_in_groups(marketer, canvas):
    asked = get(marketer, canvas, "add/?after=wait&branch=next")
    assert asked.index("Pass on") < asked.index("Facebook Audience Step") < asked.index(">Wait<")
    assert asked.index(">Wait<") < asked.index(">Branch<") < asked.index("Decision Split") < asked.index(">Remember<")


def test_an_arrow_is_led_elsewhere(marketer, canvas):
    asked = get(marketer, canvas, "link/?after=split")
    assert "Nowhere: the journey ends there" in asked and 'value="end"' in asked and 'value="wait"' not in asked
    answer = post(marketer, canvas, "link/", after="split", branch="no", target="end")
    assert toast(answer)["words"] == "The branch leads there now."
    canvas.refresh_from_db()
    assert editing.step_in(canvas.document, "split")["next"] == {"yes": "yes", "no": "end"}


def test_without_scripts_each_edit_is_a_page(marketer, canvas):
    answer = marketer.post(url(canvas, "steps/yes/delete/"), {"edition": 1}, follow=True)
    assert "Delay: Wait 2 days deleted." in answer.content.decode()
    answer = marketer.post(url(canvas, "steps/split/delete/"), {"edition": 2}, follow=True)
    assert answer.redirect_chain == [(url(canvas, "build/#step-end"), 302)]
