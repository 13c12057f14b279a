"""What the builder asks and says beside its graph: axe, and the focus where it was before."""

import re

from playwright.sync_api import Page, expect

from canvas.models import Canvas
from tests.browser.conftest import seen_by_axe
from tests.cast import delay, draft, facebook_step, launch, split

US = {"attribute": "country", "op": "is", "value": "US"}
DARK, LIGHT = ("phone", "dark"), ("wide", "light")
WRONG = '{"name": "", "entry": {"type": "sometimes"}, "extra": 1, "steps": [{"key": "a b", "type": "teleport"}]}'


def escape(page: Page, key: str) -> None:
    """Nothing was done, the focus is on the step again, and nothing is said to be on its way."""
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open], #dialog > *")).to_have_count(0)
    assert page.evaluate("document.activeElement.closest('[data-card]')?.dataset.card") == key
    expect(page.locator("[data-autosave]")).to_contain_text("Saved")


def test_every_question_can_be_read_and_left(open_page, connection):
    canvas = draft(split(US, "fb", "end"), facebook_step("fb", "end"), delay("end"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/?view=graph")
    page.locator("#step-split").focus()
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    assert seen_by_axe(page, DARK) == []
    escape(page, "split")
    page.get_by_role("button", name="More for Decision Split: Yes: 1 condition").click()
    page.get_by_role("menuitem", name="Lead to").click()
    page.get_by_role("heading", name="Where to?").wait_for()
    assert seen_by_axe(page, LIGHT) == []
    escape(page, "split")
    page.locator("#step-fb").focus()
    page.get_by_role("combobox", name="Type of step Facebook Audience Step: Win back").select_option("delay")
    page.get_by_role("heading", name="Change the type?").wait_for()
    assert seen_by_axe(page, DARK) == []
    page.keyboard.press("Escape")
    expect(page.locator("#step-fb select")).to_have_value("facebook_audience")
    expect(page.locator("[data-autosave]")).to_contain_text("Saved")
    canvas.refresh_from_db()
    assert canvas.edition == 1


def test_a_canvas_that_is_no_draft_says_how_it_stands(open_page, now, connection, sandbox):
    canvas = launch(delay("wait"), at=now)
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    for status, words, look in (
        ("active", "running", DARK),
        ("stopped", "stopped", LIGHT),
        ("archived", "archived", DARK),
    ):
        Canvas.objects.update(status=status)
        page.reload()
        page.get_by_text(re.compile(f"This Canvas is {words}")).wait_for()
        assert page.get_by_role("button", name="Duplicate").is_visible()
        assert page.locator("[data-autosave], #undo, select.step-type, [data-plus]").count() == 0
        assert seen_by_axe(page, look) == []


def test_a_document_that_is_refused_names_every_place(open_page):
    page = open_page("Marketer", "/canvases/new/", expected=422)
    page.get_by_label("Or paste its text").fill(WRONG)
    page.get_by_role("button", name="Import", exact=True).click()
    faults = page.get_by_role("list", name="Every place that is wrong")
    for path in ("name", "entry.type", "extra", "steps[0].key", "steps[0].type"):
        expect(faults.locator("code").get_by_text(path, exact=True)).to_be_visible()
    assert seen_by_axe(page, LIGHT) == []
    assert Canvas.objects.count() == 0
