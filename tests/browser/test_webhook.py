"""A Webhook step in a real browser: the request, what is wrong with it while one types, the preview, and the key."""

import pytest
from playwright.sync_api import expect

from canvas.models import Canvas
from tests.browser.conftest import LOOKS, seen_by_axe
from tests.cast import draft, webhook
from tests.factories import ProfileFactory


@pytest.fixture
def canvas(db) -> Canvas:
    ProfileFactory(external_id="u-1", email="jane@example.com", first_name="Jane", last_name="Okafor")
    return draft(webhook(headers={"X-Source": "canvas"}))


def test_a_marketer_sets_up_a_request_and_sees_it_about_one_person(open_page, canvas):
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    page.get_by_role("button", name="Request of").click()
    opened = page.get_by_role("dialog")
    opened.get_by_label("Find a person").fill("Jane")
    opened.get_by_role("button", name="Jane Okafor").click()
    shown = opened.locator(".letter")
    expect(shown).to_contain_text('{"id": "u-1"}')
    opened.get_by_label("Address").fill("https://10.0.0.1/")
    expect(opened.locator("#problems-url")).to_contain_text("private network")
    opened.get_by_label("Address").fill("https://hooks.example.com/{{ first_name }}")
    expect(opened.locator("#problems-url")).to_be_empty()
    expect(shown).to_contain_text("https://hooks.example.com/Jane")
    assert seen_by_axe(page, *LOOKS) == []
    opened.get_by_role("button", name="Done").click()
    expect(page.get_by_role("status").filter(has_text="Webhook saved.")).to_be_attached()
    canvas.refresh_from_db()
    assert canvas.document["steps"][0]["settings"]["url"] == "https://hooks.example.com/{{ first_name }}"


def test_an_admin_makes_the_key(open_page, db):
    page = open_page("Admin", "/partners/webhook/key/")
    expect(page.get_by_role("link", name="Webhook signing")).to_have_attribute("aria-current", "page")
    page.get_by_role("button", name="Make a key").click()
    expect(page.get_by_text("Copy it now: it is shown this once.")).to_be_visible()
    assert seen_by_axe(page, *LOOKS) == []
