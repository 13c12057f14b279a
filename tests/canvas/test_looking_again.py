"""A step's page looks again by itself for as long as its numbers or its list may change."""

import pytest

from tests.cast import facebook_step, launch, people, tick, user

pytestmark = pytest.mark.django_db


@pytest.fixture
def paces(client):
    """What the page says of looking again: the numbers' pace, and whether its list does too."""

    def paces(canvas) -> tuple[str, bool]:
        client.force_login(user("Marketer"), backend="allauth.account.auth_backends.AuthenticationBackend")
        words = client.get(f"/canvases/{canvas.pk}/analytics/fb/").content.decode()
        pace = words.partition('hx-trigger="every ')[2].partition('s"')[0] if 'id="numbers" hx-get' in words else ""
        return pace, '<div id="people" hx-post' in words

    return paces


def test_until_people_have_come_and_while_they_are_on_their_way(connection, sandbox, paces, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    assert paces(canvas) == ("3", True)
    sandbox.fault("code_2", path_regex="/users$", method="POST")
    tick(now)
    assert paces(canvas) == ("3", True)


def test_slowly_once_everybody_is_there_and_never_when_stopped(connection, paces, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert paces(canvas) == ("10", False)
    canvas.status = "stopped"
    canvas.save(update_fields=["status"])
    assert paces(canvas) == ("", False)
