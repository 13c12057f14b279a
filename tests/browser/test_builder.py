"""The builder in a real browser: built by clicking, launched; joined, contested, mended; and usable by everybody."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from canvas.models import Canvas
from integrations.models import Connection
from tests.browser.conftest import schemes, violations
from tests.cast import delay, draft, facebook_step, people, split
from tests.factories import SegmentFactory

LAPSED = {"attribute": "country", "op": "is", "value": "US"}


def add(page: Page, where: str, step_type: str) -> None:
    """By the plus that says `where`; waits until the dialog is gone and the step has the focus."""
    page.get_by_role("button", name=f"Add a step {where}", exact=True).locator("visible=true").click()
    page.locator("dialog").get_by_role("button", name=step_type).click()
    expect(page.locator("dialog#dialog")).to_be_hidden()


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.dataset.card ?? document.activeElement.id")


def document(canvas: Canvas) -> dict:
    canvas.refresh_from_db()
    return canvas.document


def test_a_canvas_is_built_and_launched_by_clicking(open_page, connection, sandbox):
    people(3, country="US"), people(2, country="US", email="")
    SegmentFactory(name="Lapsed", filter=LAPSED)
    canvas = draft(entry=None, audience=None)
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    add(page, "after the entry", "Facebook Audience Step")
    assert focused(page) == "facebook-audience"
    expect(page.locator("[data-live]")).to_have_text("Facebook Audience Step added.")

    page.get_by_role("button", name="Custom Audience").locator("visible=true").click()
    page.get_by_label("Ad account").select_option("act_1001")
    page.get_by_label("Name of the new custom audience").fill("Win back")
    page.locator(".match", has_text="First name").click()
    page.locator(".match", has_text="E-mail").click()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert focused(page) == "facebook-audience"
    assert page.locator("article", has_text="Win back").get_by_text("E-mail, First name").is_visible()

    add(page, "after Facebook Audience Step: Win back", "Delay")
    page.get_by_role("button", name="Edit Delay").locator("visible=true").click()
    page.get_by_label("How long").fill("2")
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#step-delay")).to_contain_text("Wait 2 days")

    page.get_by_role("link", name="Audience", exact=False).filter(has_text="problems").first.click()
    page.get_by_label("Segment", exact=True).select_option("Lapsed")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="5 people may enter").wait_for()
    page.get_by_role("link", name=re.compile("Entry")).click()
    page.get_by_label("At launch").check()
    expect(page.locator("#edition")).to_have_value("6")
    expect(page.get_by_role("link", name="Entry")).not_to_contain_text("problems")

    page.get_by_role("link", name="Review & launch").first.click()
    page.get_by_role("heading", name="Nothing stops the launch").wait_for()
    page.get_by_text("with what partners say now").wait_for()
    page.get_by_role("button", name="Launch…").click()
    assert violations(page) == []
    page.locator("dialog").get_by_role("button", name="Launch").click()
    page.get_by_text("Win back is active.").wait_for()
    canvas.refresh_from_db()
    assert canvas.status == "active" and [one["name"] for one in sandbox.audiences()] == ["Win back"]
    assert page.get_by_role("button", name="Add a step after the entry").count() == 0


def test_a_split_is_joined_and_a_second_editor_is_told(open_page, connection):
    canvas = draft(split(LAPSED, "yes"), delay("yes", "end"), delay("end", duration="P9D"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/", expected=409)
    other = open_page("Admin", f"/canvases/{canvas.pk}/build/", expected=409)
    other.get_by_role("button", name="Edit Delay: Wait 9 days").locator("visible=true").click()
    other.get_by_label("How long").fill("77")
    page.get_by_role("button", name=re.compile("Add a step on branch No")).locator("visible=true").click()
    page.get_by_text("Or lead to a step that is there").click()
    page.get_by_role("button", name="Delay: Wait 9 days", exact=True).click()
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert document(canvas)["steps"][0]["next"] == {"yes": "yes", "no": "end"}
    assert page.locator(".joint").count() == 1

    other.get_by_role("button", name="Done").click()
    other.get_by_text("marketer@example.com saved this Canvas").wait_for()
    assert other.get_by_label("How long").input_value() == "77" and violations(other) == []
    assert document(canvas)["steps"][2]["settings"] == {"duration": "P9D"}
    other.get_by_role("button", name="Keep mine").click()
    expect(other.locator("#step-end")).to_contain_text("Wait 11 weeks")

    page.locator("#step-yes select").select_option("facebook_audience")
    page.get_by_role("button", name="Change to Facebook Audience Step").click()
    page.get_by_text("admin@example.com saved this Canvas").wait_for()
    page.get_by_role("button", name="Take theirs").click()
    expect(page.locator("#step-end")).to_contain_text("Wait 11 weeks")


def test_every_launch_problem_leads_to_its_field(open_page, connection):
    canvas = draft(
        split({"segment": "Gone"}, "fb", "wait"),
        facebook_step("fb") | {"settings": {}},
        delay("wait") | {"settings": {}},
        entry={"type": "scheduled", "at": "2020-01-01T00:00:00Z"},
        audience=None,
    )
    Connection.objects.update(checked_at=timezone.now() - timedelta(days=3), facts={"valid": False})
    page = open_page("Admin", f"/canvases/{canvas.pk}/review/")
    page.get_by_text("with what partners").or_(page.get_by_text("Checked")).first.wait_for()
    rows = page.locator("a.problem")
    page.wait_for_load_state("networkidle")
    assert rows.count() >= 7
    for href in [rows.nth(at).get_attribute("href") for at in range(rows.count())]:
        page.goto(href)
        fragment = href.partition("#")[2]
        assert not fragment or page.evaluate(
            "id => document.getElementById(id).contains(document.activeElement)", fragment
        ), href
    page.goto(f"/canvases/{canvas.pk}/build/")
    page.locator(".dock a.problem", has_text="No field to match").click()
    expect(page.locator("dialog #id_fields_0")).to_be_focused()


def test_the_keyboard_alone_adds_a_step_and_comes_back(open_page, connection):
    canvas = draft(delay())
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    page.get_by_role("button", name="Add a step after Delay: Wait 1 hour").locator("visible=true").focus()
    page.keyboard.press("Space")
    page.locator("dialog").get_by_role("button", name="Delay").wait_for()
    page.keyboard.press("Escape")
    assert "Add a step after Delay" in page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("Enter")
    page.locator("dialog").get_by_role("button", name="Delay").focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert focused(page) == "delay"


def test_what_was_typed_is_not_left_without_a_question(open_page, connection):
    canvas = draft(delay())
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    asked = []
    page.on("dialog", lambda question: (asked.append(question.message), question.dismiss()))
    page.get_by_role("button", name="Edit Delay").locator("visible=true").click()
    page.get_by_label("How long").fill("7")
    page.keyboard.press("Escape")
    assert asked == ["Leave without saving what you changed?"]
    assert page.get_by_label("How long").input_value() == "7"


def test_on_a_phone_the_outline_does_the_same(open_page, connection):
    canvas = draft(split(LAPSED, "end", "end"), delay("end"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/", size="phone")
    page.get_by_role("button", name=re.compile("Add a step on branch No")).locator("visible=true").click()
    page.locator("dialog").get_by_role("button", name="Facebook Audience Step").click()
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert focused(page) == "facebook-audience"
    page.get_by_role("combobox", name="Type of step Facebook Audience Step").locator("visible=true").select_option(
        "delay"
    )
    expect(page.locator("[data-live]")).to_have_text("Facebook Audience Step is now Delay.")
    page.get_by_role("button", name="More for Decision Split").locator("visible=true").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_label(re.compile("^On to Delay: Wait 1 hour")).check()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert [step["key"] for step in document(canvas)["steps"]] == ["end"]


@pytest.mark.nightly
@pytest.mark.parametrize("size", ["wide", "phone"])
def test_everybody_can_use_it(open_page, connection, size):
    people(3)
    canvas = draft(delay("wait", "split"), split(LAPSED, "fb", "end"), facebook_step("fb", "end"), delay("end"))
    bad = draft(delay("a", "b"), delay("b", "a"), facebook_step() | {"settings": {}}, audience=None, name="Bad")
    page = open_page("Admin", "/canvases/", size)
    for path in ("build", "basics", "entry", "audience", "review", "steps/fb", "steps/wait", "steps/split", "add"):
        page.goto(f"/canvases/{canvas.pk}/{path}/")
        usable(page, path)
    page = open_page("Viewer", f"/canvases/{bad.pk}/build/", size)
    usable(page, "a viewer's graph")
    page.get_by_role("button", name=re.compile("Custom Audience|Look at")).locator("visible=true").first.click()
    page.get_by_text("To look at only").wait_for()
    usable(page, "a viewer's editor")


def usable(page: Page, name: str) -> None:
    for scheme in schemes(page):
        assert violations(page) == [], (name, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
