"""The admin's story in a browser: connect, break, be told, replace, see people sent, disconnect."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from integrations.models import Connection
from tests.browser.conftest import LOOKS, seen_by_axe
from tests.cast import OTHER_TOKEN, TOKEN, facebook_step, fate, launch, people, tick, user

BROKE = "Facebook: The system user token is not accepted any more"
HOUR = timedelta(hours=1)


@pytest.fixture
def page(open_page) -> Page:
    return open_page("Admin", "/partners/facebook/")


def paste(page: Page, label: str, token: str, button: str) -> None:
    page.get_by_role("textbox", name=label).fill(token)
    page.get_by_role("button", name=button, exact=True).click()


def bell(page: Page) -> str:
    """What stands beside the bell, on a page that is opened anew."""
    page.goto("/")
    return " ".join(page.get_by_role("link", name="Notices").inner_text().split())


def test_from_connecting_to_disconnecting(page, sandbox, sink):
    paste(page, "System user token", "not a token", "Connect Facebook")
    expect(page.get_by_text("it was not copied whole")).to_be_visible()
    field = page.get_by_placeholder("Paste it here")
    expect(field).to_have_value("")
    expect(field).to_have_attribute("type", "password")
    paste(page, "System user token", TOKEN, "Connect Facebook")
    expect(page.get_by_text("Facebook accepts the token.")).to_be_visible()
    people(3)
    canvas = launch(facebook_step(), at=timezone.now())
    it_breaks_and_is_told(page, sandbox, sink)
    it_is_mended_and_people_are_sent(page, sink, canvas)
    it_is_disconnected(page)


def it_breaks_and_is_told(page: Page, sandbox, sink) -> None:
    """By an e-mail that leads here, and a number beside the bell that is gone once it was read."""
    sandbox.revoke(TOKEN)
    tick(timezone.now())
    letter = sink.given[-1]
    assert letter.to == user("Admin").email and BROKE in letter.message["Subject"]
    assert "3 people wait for it; nobody is lost." in letter.message.get_content()
    assert re.search("https://audience.example.com(/partners/facebook/)", letter.message.get_content())
    assert bell(page) == "Notices 1 new"
    page.get_by_role("link", name="Notices").click()
    expect(page.get_by_role("heading", name=BROKE)).to_be_visible()
    assert seen_by_axe(page, *LOOKS) == []
    page.get_by_role("button", name=f"Look at: {BROKE}").click()
    expect(page).to_have_url(re.compile("/partners/facebook/$"))
    expect(page.get_by_text("3 people wait for it; nobody is lost.")).to_be_visible()
    assert bell(page) == "Notices"


def it_is_mended_and_people_are_sent(page: Page, sink, canvas) -> None:
    page.goto("/partners/facebook/")
    paste(page, "New system user token", TOKEN, "Replace token")
    expect(page.get_by_text("Nothing was changed.")).to_be_visible()
    page.get_by_role("link", name="Why a token is refused").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My token was refused")
    page.goto("/partners/facebook/")
    paste(page, "New system user token", OTHER_TOKEN, "Replace token")
    expect(page.get_by_text("3 people who wait go on now.")).to_be_visible()
    expect(page.get_by_text("The old token stays valid at Facebook")).to_be_visible()
    tick(timezone.now())
    assert fate(canvas) == {"synced": 3}
    assert "Facebook works again" in sink.given[-1].message["Subject"] and len(sink.given) == 2
    assert bell(page) == "Notices 1 new"


def it_is_disconnected(page: Page) -> None:
    page.goto("/partners/facebook/")
    page.get_by_role("link", name="Disconnect Facebook…").click()
    expect(page.get_by_text("1 active Canvas with 1 Facebook step can’t send any more.")).to_be_visible()
    expect(page.get_by_role("listitem").get_by_text("Win back")).to_be_visible()
    assert seen_by_axe(page, *LOOKS) == []
    page.get_by_role("link", name="Keep it connected").click()
    page.get_by_role("link", name="Disconnect Facebook…").click()
    page.get_by_role("button", name="Disconnect Facebook").click()
    expect(page.get_by_text("Facebook is disconnected.")).to_be_visible()
    expect(page.get_by_text("The token still works at Facebook until it is revoked there.")).to_be_visible()
    assert not Connection.objects.get().has_token
