"""Somebody looks at the numbers while they change: they settle by themselves, and whoever is typing is left alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, violations
from tests.cast import TOKEN, delay, draft, facebook_step, launch, people, tick
from tests.states import in_every_state

HOUR = timedelta(hours=1)
LOOK_AGAIN = "htmx.ajax('GET', location.pathname, {target: '#numbers', swap: 'outerHTML'})"


def test_the_numbers_settle_by_themselves_and_the_search_keeps_the_focus(open_page, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    sandbox.fault("code_2", {"path_regex": "/users"})
    tick(now)
    page = open_page("Marketer", f"/canvases/{canvas.pk}/analytics/")
    card = page.get_by_role("article", name="Facebook Audience Step: Win back").get_by_role("link")
    card.focus()
    page.evaluate(LOOK_AGAIN)
    expect(card).to_be_focused()
    card.click()
    expect(page.get_by_text("Facebook could not be reached").first).to_be_visible()
    bar = page.locator(".ledger > .ledger-bar")
    expect(bar).to_have_attribute("aria-label", "Synced 0, Pending 3, Missing fields 0, User Not Synced 0")
    search = page.get_by_role("searchbox", name="Find a person")
    search.fill("p1")
    expect(page.locator("#people tbody tr")).to_have_count(1)
    tick(now + HOUR)
    settled = "Synced 3, Pending 0, Missing fields 0, User Not Synced 0"
    expect(bar).to_have_attribute("aria-label", settled, timeout=9_000)
    expect(search).to_be_focused()
    expect(search).to_have_value("p1")
    expect(page.locator('#numbers[hx-trigger="every 10s"]')).to_have_count(1)
    assert page.url.endswith("/analytics/fb/")


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_pages_can_be_used_by_everybody(open_page, connection, sandbox, settings, now, size, scheme):
    draft(name="Later")
    canvas = in_every_state(sandbox, settings, now)
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    page = open_page("Admin", "/", size, scheme)
    numbers = f"/canvases/{canvas.pk}/analytics/"
    for path in ("/", "/canvases/", "/canvases/?q=zz", "/canvases/new/", numbers, f"{numbers}fb/", f"{numbers}wait/"):
        check(page, path)


def check(page: Page, path: str) -> None:
    page.goto(path)
    assert violations(page) == [], path
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
    assert page.evaluate("(rail => rail.scrollWidth <= rail.clientWidth)(document.querySelector('.rail-in'))")
