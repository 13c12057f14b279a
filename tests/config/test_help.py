"""Help is what the troubleshooting says: each question, each check and each kind of error has a page, reached from
where the trouble shows."""

import pytest

from config import help
from integrations.errors import KINDS
from tests.cast import connect, draft, facebook_step, launch, people, tick, user
from tests.test_docs import check_ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(client):
    client.force_login(user("Viewer"))
    return client


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("id", sorted(check_ids() | set(KINDS)))
def test_every_check_and_every_error_has_a_page(viewer, id):
    words = text(viewer.get(f"/help/about/{id}/"))
    assert "What to do" in words and "What it means" in words and "\\|" not in words


def test_the_four_that_are_asked_most_stand_on_top(viewer):
    words = text(viewer.get("/help/"))
    assert len(set(help.FIRST)) == 4
    for slug in help.FIRST:
        assert f'href="/help/{slug}/"' in words
        assert "<table" in (page := text(viewer.get(f"/help/{slug}/"))) or "<p>" in page


def test_what_is_not_there_is_not_found(viewer):
    assert viewer.get("/help/nothing/").status_code == viewer.get("/help/about/facebook.E999/").status_code == 404


def test_the_document_can_bring_no_html_of_its_own():
    assert "<script" not in help.html("<script>alert(1)</script>")


def test_each_related_question_is_there():
    assert all(entry.related for id, entry in help.entries().items() if id in help.RELATED)


def test_a_problem_leads_to_its_page(client):
    client.force_login(user("Marketer"))
    words = text(client.get(f"/canvases/{draft(facebook_step()).pk}/review/"))
    assert 'href="/help/about/facebook.E001/"' in words and 'href="/help/why-may-my-canvas-not-launch/"' in words


def test_a_trouble_and_a_cause_lead_to_theirs(client, sandbox, now):
    connect("SANDBOX-SYSTEM-USER-TOKEN", now)
    people(2)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    client.force_login(user("Viewer"))
    for path in ("/", f"/canvases/{canvas.pk}/analytics/fb/"):
        assert 'href="/help/about/TokenRejected/"' in text(client.get(path))
    assert 'href="/help/why-cant-i-see-matches/"' in text(client.get(path))
