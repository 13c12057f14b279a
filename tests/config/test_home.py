"""Home: what to do first, what is broken, and the sum of all that was passed on."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from canvas.models import Canvas
from tests.cast import TOKEN, delay, draft, facebook_step, launch, people, tick, user

pytestmark = pytest.mark.django_db
RETRY = "/partners/facebook/retry/connection/"


@pytest.fixture
def home(client):
    def home(role: str):
        client.force_login(user(role))
        return client.get("/")

    return home


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_nobody_without_a_sign_in_or_a_role(client):
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    stranger = user("Viewer")
    stranger.groups.clear()
    client.force_login(stranger)
    assert client.get("/").status_code == 403


def test_an_empty_home_says_to_each_role_what_it_may_do(home):
    links = ['"/audience/imports/">Import people<', '"/canvases/new/">Draw a Canvas<', '"/partners/">Connect Facebook<']
    for role, offered in {"Viewer": 0, "Marketer": 2, "Admin": 3}.items():
        assert [link in text(home(role)) for link in links] == [at < offered for at in range(3)], role
    assert "A marketer imports people." in text(home("Viewer"))
    people(1)
    assert "People are here." in text(home("Viewer"))


def test_it_says_that_facebook_is_connected(home, connection):
    assert all("Facebook is connected." in text(home(role)) for role in ("Viewer", "Marketer", "Admin"))


def test_what_is_broken_stands_on_top_with_its_cure(home, connection, sandbox, now):
    people(3)
    launch(facebook_step(), at=now)
    assert 'class="notices"' not in text(home("Admin"))
    sandbox.revoke(TOKEN)
    tick(now)
    told = {role: text(home(role)) for role in ("Viewer", "Marketer", "Admin")}
    for words in told.values():
        assert "is not accepted any more." in words and "3 people wait for it; nobody is lost." in words
        assert words.index("not accepted any more") < words.index("Passed to custom audiences")
    assert [RETRY in words for words in told.values()] == [False, True, True]
    assert ["Replace token" in words for words in told.values()] == [False, False, True]


def test_the_sum_is_that_of_all_canvases_that_are_not_archived(home, connection, now):
    people(3), people(2, email="")
    for name in ("A", "B", "Old"):
        launch(facebook_step(), at=now, name=name)
    tick(now)
    Canvas.objects.filter(name="Old").update(status=Canvas.Status.ARCHIVED)
    answer = home("Viewer")
    assert answer.context["passed_on"] == 10
    assert "Synced 6, Pending 0, Missing fields 4, User Not Synced 0" in text(answer)
    assert {row.canvas.name for row in answer.context["rows"]} == {"A", "B"}


def test_without_anybody_passed_on_there_is_no_sum(home, connection, now):
    launch(delay(), at=now)
    assert "Passed to custom audiences" not in text(home("Viewer"))


def test_it_shows_the_eight_changed_last_and_costs_the_same_for_many(client, connection, sandbox, now):
    people(2)
    client.force_login(user("Admin"))
    costs = []
    for count in (2, 30):
        for number in range(Canvas.objects.count(), count):
            launch(facebook_step(), at=now, name=f"Canvas {number}")
        sandbox.revoke(TOKEN)
        tick(now)
        sandbox.restore(TOKEN)
        with CaptureQueriesContext(database) as captured:
            answer = client.get("/")
        costs.append(len(captured))
    assert [row.canvas.name for row in answer.context["rows"]] == [f"Canvas {at}" for at in range(29, 21, -1)]
    assert costs[0] == costs[1] <= 20
    assert answer.context["passed_on"] == 60


def test_drafts_alone_are_listed_without_a_sum(home):
    draft(facebook_step())
    assert "Not launched" in text(home("Viewer"))
