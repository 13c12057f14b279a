"""Scripts may come late: no page is shown before they can answer a click, so none gets lost."""

import time

import pytest
from playwright.sync_api import Route, expect

from tests.browser.test_builder import add
from tests.cast import draft

pytestmark = pytest.mark.django_db
LATE = 0.2
"""Seconds, for each script."""


def late(route: Route) -> None:
    time.sleep(LATE)
    route.continue_()


def test_a_click_in_the_first_moment_is_heard(open_page):
    canvas = draft(entry=None, audience=None)
    page = open_page("Marketer", "/canvases/")
    page.context.route("**/*.js", late)
    page.get_by_role("link", name=canvas.name).first.click()
    add(page, "after the entry", "Delay")
    expect(page.locator("#step-delay")).to_be_visible()
    page.get_by_role("button", name="Edit Delay").locator("visible=true").click()
    expect(page.locator("dialog#dialog")).to_be_visible()
