"""What people ask of the truth, answered by clicks alone, from Home on."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import violations
from tests.cast import TOKEN, delay, facebook_step, launch, people, tick
from tests.states import in_every_state

HOUR = timedelta(hours=1)


def fits(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth") and violations(page) == []


def test_was_jane_sent_with_which_fields(open_page, connection, sandbox, now):
    people(1, first_name="Jane", last_name="Okafor", email="jane@example.com"), people(2)
    launch(facebook_step(fields=["email", "phone"]), at=now)
    tick(now)
    page = open_page("Marketer", "/")
    page.get_by_role("link", name="Profiles").click()
    page.get_by_role("searchbox").fill("Jane")
    page.get_by_role("link", name="Jane Okafor").click()
    expect(page.get_by_role("heading", name="Yes, to 1 of 1 custom audience.")).to_be_visible()
    sync = page.get_by_role("listitem").filter(has_text="Win back").first
    expect(sync).to_contain_text("E-mail")
    expect(sync).to_contain_text("Phone not sent")
    assert fits(page)


def test_who_failed_and_why(open_page, connection, sandbox, settings, now):
    in_every_state(sandbox, settings, now)
    page = open_page("Marketer", "/", "phone", "dark")
    page.get_by_role("region", name="Canvases").get_by_role("link", name="Win back").first.click()
    page.get_by_role("link", name="Facebook Audience Step").first.click()
    given_up = page.get_by_role("row").filter(has_text="Given up")
    expect(given_up).to_contain_text("Facebook could not be reached")
    given_up.get_by_role("button", name="List").click()
    expect(page.locator("#people")).to_contain_text("Only those whom this keeps out")
    rows = page.locator("#people tbody tr")
    expect(rows.first).to_contain_text("Facebook could not be reached")
    given_up.get_by_role("link", name="What to do").click()
    expect(page.get_by_role("heading", name="What to do")).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("role", ["Viewer", "Marketer"])
def test_how_many_more_will_be_tried_and_until_when(open_page, connection, sandbox, now, role):
    people(4)
    launch(facebook_step(then="wait"), delay(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    page = open_page(role, "/")
    expect(page.get_by_text("4 people wait for it; nobody is lost.")).to_be_visible()
    page.get_by_role("region", name="Canvases").get_by_role("link", name="Win back").first.click()
    page.get_by_role("table").get_by_role("link", name="Facebook Audience Step").first.click()
    waiting = page.get_by_role("region", name="Why 4 are not there").get_by_role("row").filter(has_text="not accepted")
    expect(waiting).to_contain_text("Until")
    expect(waiting).to_contain_text("left")
    expect(waiting.get_by_role("cell").nth(2)).to_contain_text("4")
    assert fits(page)


def test_a_range_is_chosen_and_kept(open_page, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    tick(now)
    page = open_page("Viewer", f"/canvases/{canvas.pk}/analytics/")
    page.get_by_label("Time", exact=True).select_option("own")
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#range-fault")).to_contain_text("Write the first and the last day.")
    page.get_by_label("Time", exact=True).select_option("7d")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**range=7d**")
    expect(page.get_by_text("Each counts when it happened").first).to_be_visible()
    assert fits(page)
    page.get_by_role("table").get_by_role("link", name="Facebook Audience Step").click()
    page.wait_for_url("**/fb/?range=7d**")
    page.get_by_text("Show as table").click()
    expect(page.get_by_role("region", name="Table: What became of people")).to_be_visible()
    assert fits(page)
