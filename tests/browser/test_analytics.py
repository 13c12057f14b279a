"""Somebody looks at the numbers while they change: they settle by themselves, and whoever is typing is left alone."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.conftest import LOOKS, session_of, violations
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


def test_figures_whose_look_fails_say_that_they_are_old_until_one_succeeds(browser, live_server, connection, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    context = browser.new_context(base_url=live_server.url)  # of its own, as its console tells of what was not reached
    context.add_cookies([{"name": "sessionid", "value": session_of("Marketer"), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/canvases/{canvas.pk}/analytics/")
    context.set_offline(True)
    old = page.get_by_role("status").filter(has_text="These figures are old")
    expect(old).to_be_visible(timeout=9_000)
    expect(page.get_by_text("As of ")).to_be_visible()
    assert violations(page) == [] and page.locator(".toast").count() == 0
    context.set_offline(False)
    expect(old).to_have_count(0, timeout=9_000)
    context.close()


def test_who_is_signed_out_meanwhile_is_told_and_keeps_what_she_sees(browser, live_server, connection, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    context = browser.new_context(base_url=live_server.url)  # of its own, as its console tells of the answers 401
    context.add_cookies([{"name": "sessionid", "value": session_of("Marketer"), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/canvases/{canvas.pk}/analytics/")
    Session.objects.all().delete()
    told = page.get_by_role("alert").filter(has_text="You are signed out. What you see may be old.")
    expect(told).to_be_visible(timeout=9_000)
    expect(page.get_by_text("As of ")).to_be_visible()
    told.get_by_role("link", name="Sign in").click()
    page.wait_for_url(lambda url: url.endswith(f"?next=%2Fcanvases%2F{canvas.pk}%2Fanalytics%2F"))
    context.close()


def test_on_paper_a_dark_screen_is_black_on_white_and_no_table_is_cut(open_page, connection, sandbox, settings, now):
    canvas = in_every_state(sandbox, settings, now)
    page = open_page("Marketer", f"/canvases/{canvas.pk}/analytics/fb/", "wide", "dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 688, "height": 971})
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('#people td')).color") == "rgb(0, 0, 0)"
    expect(page.locator(".rail")).to_be_hidden()
    cut = "[...document.querySelectorAll('.table')].some((one) => one.scrollWidth > innerWidth)"
    assert not page.evaluate(cut) and page.evaluate("document.documentElement.scrollWidth <= innerWidth")
