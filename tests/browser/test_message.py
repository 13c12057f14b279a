"""A Message step in a real browser: texts, what is wrong with them while one types, preview, and unsubscribing."""

import pytest
from playwright.sync_api import expect

from canvas.models import Canvas
from integrations.mail import suppression
from tests.browser.conftest import LOOKS, seen_by_axe
from tests.cast import draft, launch, message, people, tick
from tests.factories import ProfileFactory


@pytest.fixture
def canvas(db) -> Canvas:
    ProfileFactory(external_id="u-1", email="jane@example.com", first_name="Jane", last_name="Okafor")
    people(2), people(1, email="", first_name="Bob")
    return draft(message(body='Hello {{ first_name|default:"there" }},\n\nwe miss you.\n\nThe team'))


def test_a_marketer_composes_a_message_and_sees_it_as_one_person_would(open_page, canvas):
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    page.get_by_role("button", name="Compose of").click()
    opened = page.get_by_role("dialog")
    opened.get_by_label("Find a person").fill("Jane")
    opened.get_by_role("button", name="Jane Okafor").click()
    shown = opened.locator(".letter")
    expect(shown).to_contain_text("Hello Jane,")
    opened.get_by_label("Subject").fill("For {{ last_nam }}")
    expect(opened.locator("#problems-subject")).to_contain_text("Did you mean last_name?")
    opened.get_by_label("Subject").fill("For {{ last_name }}")
    expect(opened.locator("#problems-subject")).to_be_empty()
    expect(shown).to_contain_text("For Okafor")
    opened.get_by_text("What can be filled in").click()
    assert seen_by_axe(page, *LOOKS) == []
    opened.get_by_role("button", name="Done").click()
    expect(page.get_by_role("status").filter(has_text="Message saved.")).to_be_attached()
    canvas.refresh_from_db()
    assert canvas.document["steps"][0]["settings"]["subject"] == "For {{ last_name }}"


def test_the_page_to_unsubscribe_works_for_whoever_has_the_link(open_page, db):
    path = suppression.link("jane@example.com", 1).removeprefix("https://audience.example.com")
    page = open_page(None, path, size="phone", scheme="dark")
    assert seen_by_axe(page, *LOOKS) == []
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
    assert seen_by_axe(page, *LOOKS) == []


def test_the_numbers_of_a_message_add_up_before_ones_eyes(open_page, canvas, sink, now):
    sink.refused, sink.later = {"p1@example.com"}, {"p2@example.com"}
    live = launch(message(), name="Live", at=now)
    tick(now)
    page = open_page("Marketer", f"/canvases/{live.pk}/analytics/mail/")
    expect(page.get_by_text("The mail server refused the address. (550 5.1.1)").first).to_be_visible()
    assert seen_by_axe(page, *LOOKS) == []
