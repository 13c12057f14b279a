"""The Custom Audience dialog in a real browser: the fields with their coverage, the rehearsal, the names, and Done."""

import hashlib

import pytest
from playwright.sync_api import Locator, Page, expect

from canvas import editing
from canvas.models import Canvas
from tests.browser.conftest import seen_by_axe
from tests.cast import draft, facebook_step, people
from tests.factories import ProfileFactory


@pytest.fixture
def canvas(connection) -> Canvas:
    """Of six people, two have an e-mail that can be matched and three a phone, one of them both; two have neither."""
    people(1), people(1, email="nobody"), people(1, email="")
    people(2, email="", phone="+442079460958")
    ProfileFactory(
        external_id="u-1", email=" Jane.Okafor@Example.com", phone="+14155550134", first_name="Jane",
        last_name="Okafor-Byrne", country="",
    )  # fmt: skip
    draft(facebook_step(audience_name="Loyal"), name="Thank you")
    return draft(facebook_step())


def dialog(page: Page, canvas: Canvas) -> Locator:
    """From the card."""
    page.get_by_role("button", name="Custom Audience of").click()
    opened = page.get_by_role("dialog")
    expect(opened.get_by_role("heading", name="Custom Audience", exact=True)).to_be_visible()
    return opened


def test_a_marketer_sets_it_up(open_page, canvas):
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    opened = dialog(page, canvas)
    row, reach = opened.locator(".match"), opened.locator("#reach")
    expect(row.filter(has_text="E-mail")).to_contain_text("33.3 %")
    expect(row.filter(has_text="E-mail")).to_contain_text("1 can’t be used")
    expect(reach).to_contain_text("2 people would be sent. 4 have none")

    opened.get_by_label("Phone").click()
    expect(reach).to_contain_text("4 people would be sent. 2 have none")
    page.keyboard.press("Tab")
    expect(opened.get_by_label("First name")).to_be_focused()
    page.keyboard.press("Space")
    expect(opened.get_by_label("First name")).to_be_checked()
    for _ in range(2):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(reach).to_contain_text("3 people would be sent. 3 have none")
    expect(opened.get_by_label("E-mail")).to_be_focused()
    page.keyboard.press("Space")
    expect(reach).to_contain_text("4 people would be sent. 2 have none")

    opened.get_by_label("Country").check()
    rehearse(opened)
    name = opened.get_by_label("Name of the new custom audience")
    name.fill("Diabetes")
    expect(opened.locator("#problems-audience_name")).to_contain_text("Facebook may flag the name: “Diabetes”")
    name.fill("loyal")
    expect(opened.locator("#problems-audience_name")).to_contain_text("the draft “Thank you” makes one")
    assert seen_by_axe(page, ("phone", "dark"), ("wide", "light")) == []
    name.fill("Win back again")
    expect(opened.locator("#problems-audience_name")).to_be_empty()
    opened.get_by_role("button", name="Done").click()
    expect(opened).to_be_hidden()
    expect(page.locator("[data-card=fb]")).to_be_focused()
    canvas.refresh_from_db()
    saved = editing.step_in(canvas.document, "fb")["settings"]
    assert saved["audience_name"] == "Win back again"
    assert set(saved["fields"]) == {"email", "phone", "first_name", "country"}


def rehearse(opened: Locator) -> None:
    """Jane: her address is put into small letters, her country is empty."""
    opened.get_by_label("Find a person").fill("jane oka")
    opened.get_by_role("button", name="Jane Okafor-Byrne").click()
    expect(opened.locator("#rehearsal-who")).to_be_focused()
    email = opened.locator(".walk > div").filter(has=opened.page.get_by_role("heading", name="E-mail"))
    expect(email.locator("del")).to_have_text("·")
    expect(email.locator("dd").nth(1)).to_have_text("jane.okafor@example.com")
    expect(email.locator("ins").first).to_have_css("text-decoration-line", "underline")
    expect(email.locator("dd").nth(2)).to_have_text(hashlib.sha256(b"jane.okafor@example.com").hexdigest())
    country = opened.locator(".walk > div").filter(has=opened.page.get_by_role("heading", name="Country"))
    expect(country).to_contain_text("Nothing: an empty value is never hashed")
    expect(opened.get_by_text("3 of 4 fields sent.", exact=False).locator("visible=true").first).to_be_visible()
    opened.get_by_label("Country").uncheck()
    expect(country).to_have_count(0)
    opened.get_by_label("Country").check()


def test_a_viewer_looks_at_it(open_page, canvas):
    page = open_page("Viewer", f"/canvases/{canvas.pk}/build/")
    opened = dialog(page, canvas)
    expect(opened.get_by_label("Ad account", exact=True)).to_be_disabled()
    expect(opened.get_by_label("E-mail")).to_be_disabled()
    expect(opened.locator("#reach")).to_contain_text("2 people would be sent")
    expect(opened.get_by_text("Your role doesn’t include that")).to_be_visible()
    assert opened.get_by_role("searchbox").count() == 0 and "Okafor" not in page.content()
    assert seen_by_axe(page, ("phone", "light"), ("wide", "dark")) == []
    opened.get_by_role("button", name="Close").last.click()
    expect(opened).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('[data-card]')?.dataset.card") == "fb"
