"""Review & launch: every problem leads to its field, and launching from the page does what it says."""

import re

import pytest

from canvas import places
from canvas.document import draft_of
from canvas.launch import problems
from canvas.models import Canvas
from canvas.problems import Problem
from integrations.models import Connection
from tests.cast import delay, draft, facebook_step, people, split, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def marketer(client):
    client.force_login(user("Marketer"))
    return client


def broken(name: str = "Broken") -> Canvas:
    """A draft with a problem at every kind of place."""
    return draft(
        split({"segment": "Gone"}, "fb", "wait"),
        facebook_step("fb", "wait") | {"settings": {}},
        delay("wait") | {"settings": {}},
        delay("lost", weekday="monday"),
        name=name,
        entry={"type": "scheduled", "at": "2020-01-01T00:00:00Z"},
        audience=None,
    )


def page_of(client, canvas: Canvas) -> str:
    return client.get(f"/canvases/{canvas.pk}/review/").content.decode()


def ids(text: str) -> set[str]:
    return set(re.findall(r"<code>((?:canvas|facebook)\.[EW]\d{3})</code>", text))


@pytest.mark.parametrize(
    ("problem", "rest"),
    [
        (Problem("canvas.E001", ""), "build/#add-first"),
        (Problem("canvas.E005", "", step="a", field="next"), "build/#step-a"),
        (Problem("canvas.W001", "", step="a"), "build/#step-a"),
        (Problem("canvas.E004", "", step="a", field="time"), "steps/a/#id_time"),
        (Problem("canvas.E002", "", field="audience"), "audience/#id_kind_0"),
        (Problem("canvas.E007", "", field="entry"), "entry/#id_at_0"),
    ],
)
def test_places(problem, rest):
    assert places.url_of(Canvas(pk=7), problem) == f"/canvases/7/{rest}"


def test_the_connection_is_mended_on_technology_partners_by_who_may():
    problem = Problem("facebook.E001", "")
    assert places.url_of(Canvas(pk=7), problem, user("Admin")) == "/partners/facebook/#id_token"
    assert places.url_of(Canvas(pk=7), problem, user("Marketer")) == ""


def test_the_page_lists_what_the_checks_find_and_waits_for_no_network(marketer, connection, sandbox, now):
    canvas = broken()
    asked = len(sandbox.ledger())
    page = page_of(marketer, canvas)
    assert {one.id for one in problems(draft_of(canvas, now))} <= ids(page)
    assert 'aria-disabled="true"' in page and "confirm-launch" not in page
    assert len(sandbox.ledger()) == asked


def test_checking_again_renews_what_is_known_of_the_token(marketer, connection, sandbox):
    canvas = draft(facebook_step())
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    assert "facebook.E002" not in page_of(marketer, canvas)
    answer = marketer.post(f"/canvases/{canvas.pk}/review/", headers={"HX-Request": "true"})
    assert "facebook.E002" in ids(answer.content.decode())
    assert marketer.post(f"/canvases/{canvas.pk}/review/").status_code == 302
    assert not Connection.objects.get().facts["valid"]


def test_what_would_be_created_and_for_how_many(marketer, connection):
    people(3), people(2, email="")
    canvas = draft(facebook_step(fields=["email"]), delay())
    page = page_of(marketer, canvas)
    assert "“Win back” in Northwind Store" in page and "confirm-launch" in page
    assert re.search(r"in the target audience</dt><dd>5<", page) and re.search(r"“Win back”</dt><dd>3<", page)


def test_before_a_launch_it_says_what_is_made_and_that_it_stays(marketer, connection):
    people(3)
    canvas = draft(facebook_step(), delay("lost"))
    marketer.post(f"/canvases/{canvas.pk}/review/")
    page = page_of(marketer, canvas)
    dialog = page[page.index('id="confirm-launch"') :]
    assert "“Win back” in Northwind Store, which holds 0 of 500 now, at Facebook." in " ".join(dialog.split())
    assert "3 in the target audience now" in dialog and "can’t be taken back" in dialog
    assert "1 thing worth knowing" in dialog


def test_what_may_pass_by_itself_is_tried_again_from_its_row(marketer, connection, sandbox):
    canvas = draft(facebook_step())
    sandbox.fault("http_500_html", path_regex="debug_token", times=None)
    answer = marketer.post(f"/canvases/{canvas.pk}/review/", headers={"HX-Request": "true"}).content.decode()
    assert "facebook.E012" in ids(answer) and 'form="check-form"' in answer
    sandbox.clear_faults()
    again = marketer.post(f"/canvases/{canvas.pk}/review/", headers={"HX-Request": "true"}).content.decode()
    assert "facebook.E012" not in ids(again) and "Try again" not in again


def test_a_launch_creates_the_audience_and_lets_people_in(marketer, connection, sandbox):
    people(3)
    canvas = draft(facebook_step(then="wait"), delay())
    answer = marketer.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1})
    assert answer.status_code == 302
    canvas.refresh_from_db()
    assert canvas.status == "active" and len(sandbox.audiences()) == 1
    assert "is active" in marketer.get(answer.url, follow=True).content.decode()


def test_a_second_click_on_launch_says_that_it_is_active(marketer, connection, sandbox):
    canvas = draft(facebook_step())
    for _ in range(2):
        answer = marketer.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1}, follow=True)
    assert "The Canvas is active: only a draft can be launched." in answer.content.decode()
    assert len(sandbox.audiences()) == 1


def test_what_is_refused_at_launch_is_all_shown_with_the_same_ids(marketer, connection, now):
    canvas = broken()
    answer = marketer.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1})
    expected = {one.id for one in problems(draft_of(canvas, now))}
    assert expected <= ids(answer.content.decode())
    canvas.refresh_from_db()
    assert canvas.status == "draft"


def test_what_only_the_launch_finds_out_is_shown_with_its_step(marketer, connection, sandbox):
    canvas = draft(facebook_step())
    sandbox.fault("error", {"method": "POST", "path_regex": "customaudiences"}, code=200, subcode=1870034, times=None)
    page = marketer.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1}).content.decode()
    assert "The custom audience was not created." in page and "Nobody has entered." in page
    assert f'href="/canvases/{canvas.pk}/steps/fb/#id_ad_account"' in page


def test_what_was_not_reviewed_is_not_launched(marketer, connection):
    canvas = draft(facebook_step())
    Canvas.objects.update(edition=2)
    answer = marketer.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1})
    assert answer.status_code == 409 and f'href="/canvases/{canvas.pk}/review/" data-newer' in answer.content.decode()
    canvas.refresh_from_db()
    assert canvas.status == "draft"


def test_a_viewer_reads_the_review_and_can_not_launch(client, connection):
    client.force_login(user("Viewer"))
    canvas = draft(facebook_step())
    page = page_of(client, canvas)
    assert "confirm-launch" not in page and "Check again" not in page
    assert client.post(f"/canvases/{canvas.pk}/launch/", {"edition": 1}).status_code == 403
