"""The four templates in a real browser: each from the create page to its launch by mouse, one of them by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from canvas.models import Canvas
from tests.browser.conftest import violations
from tests.browser.test_builder import add
from tests.canvas.test_blueprints import allow_a_second_account
from tests.cast import people

NAMES = [
    "Reach high-value customers", "Retarget people who don’t answer", "Suppress ads for loyal customers",
    "Feed a lookalike seed",
]  # fmt: skip


def launched(page: Page, name: str) -> None:
    page.get_by_text(f"{name} is active.").wait_for()
    assert Canvas.objects.get(name=name).status == "active"


def test_each_is_made_by_mouse_and_launched_once_its_account_is_chosen(open_page, connection, sandbox):
    people(3), allow_a_second_account()
    page = open_page("Marketer", "/canvases/new/")
    for name in NAMES:
        page.goto("/canvases/new/")
        page.get_by_role("button", name=f"Use this template: {name}").click()
        page.get_by_role("button", name="Custom Audience").locator("visible=true").first.click()
        page.get_by_label("Ad account").select_option("act_1001", timeout=8000)
        page.get_by_role("button", name="Done").click()
        expect(page.locator("dialog#dialog")).to_be_hidden()
        page.get_by_role("link", name="Review & launch").first.click()
        page.get_by_text("with what partners say now").wait_for()
        page.get_by_role("button", name="Launch…").click()
        assert name != NAMES[0] or violations(page) == []
        page.locator("dialog").get_by_role("button", name="Launch").click()
        launched(page, name)
        allow_a_second_account()
    assert len(sandbox.audiences()) == 4


def tab_to(page: Page, where: Locator) -> None:
    """By Tab alone; a page that traps the focus, or never comes there, fails."""
    for _ in range(80):
        if where.evaluate("(one) => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab doesn't come to {where}")


def press(page: Page, role: str, name: str | re.Pattern, key: str = "Enter") -> None:
    named = page.get_by_role(role, name=name, exact=isinstance(name, str))
    tab_to(page, named.locator("visible=true").first)
    page.keyboard.press(key)


def test_one_is_made_and_launched_by_keyboard_alone(open_page, connection, sandbox):
    people(3), allow_a_second_account()
    page = open_page("Marketer", "/canvases/")
    press(page, "link", "New Canvas")
    page.wait_for_url("**/new/")
    press(page, "button", f"Use this template: {NAMES[1]}", "Space")
    page.wait_for_url("**/build/")
    press(page, "link", "Review & launch")
    page.get_by_text("Checked ").wait_for()
    press(page, "link", re.compile("No ad account is selected"))
    expect(page.get_by_label("Ad account")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Ad account")).not_to_have_value("")
    press(page, "button", "Done")
    page.wait_for_url("**/build/#step-no-answer")
    press(page, "link", "Review & launch")
    page.get_by_text("with what partners say now").wait_for()
    press(page, "button", "Launch…")
    expect(page.locator("dialog#confirm-launch")).to_be_visible()
    press(page, "button", "Launch", "Enter")
    launched(page, NAMES[1])


def test_an_import_that_is_refused_keeps_its_file(open_page, connection, tmp_path):
    wrong = tmp_path / "canvas.json"
    wrong.write_text('{"name": "", "steps": [{"key": "a", "type": "teleport"}]}')
    page = open_page("Marketer", "/canvases/new/", expected=422)
    page.get_by_label("File, or drop it here").set_input_files(wrong)
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_role("alert").filter(has_text="2 places are wrong")).to_contain_text("steps[0].type")
    assert page.get_by_label("File, or drop it here").input_value().endswith("canvas.json")
    assert violations(page) == []
    wrong.write_text('{"name": "Mended", "steps": []}')
    page.get_by_label("File, or drop it here").set_input_files(wrong)
    page.get_by_role("button", name="Import").click()
    page.wait_for_url("**/build/")
    add(page, "after the entry", "Delay")


def test_the_menu_of_a_row_opens_by_keyboard_asks_and_gives_the_focus_back(open_page):
    canvas = Canvas.objects.create(name="Old one", document={"name": "Old one", "steps": []})
    page = open_page("Marketer", "/canvases/", size="phone", scheme="dark")
    opener = page.get_by_role("button", name="What to do with Old one")
    opener.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Build")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("button", name="Archive…")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Archive…").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    page.get_by_text("Old one is archived.").wait_for()
    canvas.refresh_from_db()
    assert canvas.status == "archived"
