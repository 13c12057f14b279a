"""Editing in a real browser: undo over a reload, two editors, the menu of a step and the picker by keyboard, and a
change that got lost on the way.
"""

import re

from playwright.sync_api import Page, expect

from canvas import editing
from canvas.models import Canvas
from tests.browser.conftest import SIZES, session_of, violations
from tests.cast import delay, draft, facebook_step, split
from tests.running import wait_until

US = {"attribute": "country", "op": "is", "value": "US"}


def keys(canvas: Canvas) -> list[str]:
    canvas.refresh_from_db()
    return editing.keys(canvas.document)


def written(canvas: Canvas) -> str:
    canvas.refresh_from_db()
    return str(canvas.document)


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.dataset.card ?? document.activeElement.id")


def menu(page: Page, step: str, item: str) -> None:
    page.get_by_role("button", name=f"More for {step}", exact=True).locator("visible=true").click()
    page.get_by_role("menuitem", name=item).click()


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-live]")).to_have_text(words)


def toast(page: Page, words: str):
    return page.locator(".toast", has_text=words)


def test_undo_works_over_a_reload_and_not_in_a_text_field(open_page, connection):
    canvas = draft(delay("wait"), delay("end", duration="P9D"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    menu(page, "Delay: Wait 1 hour", "Duplicate")
    says(page, "Delay: Wait 1 hour duplicated.")
    page.reload()
    expect(page.locator("#undo")).to_have_attribute("title", "Undo: Duplicate Delay: Wait 1 hour")
    page.keyboard.press("Control+z")
    says(page, "Undone: Duplicate Delay: Wait 1 hour.")
    assert focused(page) == "wait" and keys(canvas) == ["wait", "end"]
    page.reload()
    page.keyboard.press("Control+Shift+z")
    says(page, "Done again: Duplicate Delay: Wait 1 hour.")
    assert focused(page) == "delay" and keys(canvas) == ["wait", "delay", "end"]
    page.keyboard.press("Control+Shift+z")
    toast(page, "Nothing to redo.").wait_for()

    page.goto(f"/canvases/{canvas.pk}/basics/")
    page.get_by_label("Name", exact=True).fill("Other")
    page.keyboard.press("Control+z")
    assert page.get_by_label("Name", exact=True).input_value() == "Win back" and keys(canvas) == [
        "wait",
        "delay",
        "end",
    ]
    page.get_by_label("Name", exact=True).fill("Other")
    page.get_by_label("Name", exact=True).press("Tab")
    page.locator("#undo[title='Undo: Edit Basics']").click()
    page.get_by_text("Undone: Edit Basics.").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "Win back"


def test_the_menu_of_a_step_by_keyboard(open_page, connection):
    canvas = draft(split(US, "fb", "end"), facebook_step("fb"), delay("end", "wait", duration="P9D"), delay("wait"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    page.get_by_role("button", name="More for Delay: Wait 1 hour").locator("visible=true").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Edit…")).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "More for Delay: Wait 1 hour"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("dialog").get_by_role("button", name="After Facebook Audience Step: Win back").wait_for()
    assert violations(page) == []
    page.locator("dialog").get_by_role("button", name="After Facebook Audience Step: Win back").click()
    toast(page, "Delay: Wait 1 hour moved.").wait_for()
    assert focused(page) == "wait"
    canvas.refresh_from_db()
    assert editing.step_in(canvas.document, "fb")["next"] == {"next": "wait"}

    menu(page, "Facebook Audience Step: Win back", "Delete")
    toast(page, "Win back deleted.").get_by_role("button", name="Undo").click()
    says(page, "Undone: Delete Facebook Audience Step: Win back.")
    assert focused(page) == "fb" and set(keys(canvas)) == {"split", "fb", "end", "wait"}
    menu(page, "Decision Split: Yes: 1 condition", "Delete")
    page.get_by_text("Where do people go then?").wait_for()
    assert violations(page) == []
    expect(page.locator("[data-autosave]")).to_contain_text("Saved")


def test_a_step_type_is_found_by_typing(open_page, connection):
    canvas = draft(split(US), *(delay(f"d{at}") for at in range(8)))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    menu(page, "Decision Split: Yes: 1 condition", "Add after")
    expect(page.get_by_label("Search step types")).to_be_focused()
    assert violations(page) == []
    page.keyboard.type("nothing like it")
    page.get_by_text("None of the step types fits “nothing like it”.").wait_for()
    page.get_by_label("Search step types").fill("delay")
    page.get_by_text("1 of the step types").wait_for()
    page.get_by_role("radio", name="No ends here").check()
    page.get_by_label("Search step types").press("Enter")
    says(page, "Delay added.")
    assert focused(page) == "delay"
    canvas.refresh_from_db()
    assert editing.step_in(canvas.document, "split")["next"] == {"no": "delay"}

    menu(page, "Decision Split: Yes: 1 condition", "Lead to")
    page.get_by_label("Search the steps").fill("nowhere")
    page.get_by_label("Search the steps").press("ArrowDown")
    expect(page.get_by_role("button", name="Nowhere: the journey ends there")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Search the steps")).to_be_focused()


def test_two_editors_choose_between_two_versions(open_page, connection):
    canvas = draft(delay("wait"), delay("end", duration="P9D"))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/", "phone", expected=409)
    tom = open_page("Admin", f"/canvases/{canvas.pk}/build/", "phone", expected=409)
    menu(tom, "Delay: Wait 1 hour", "Edit")
    tom.get_by_label("How long").fill("5")
    tom.get_by_role("button", name="Done").click()
    says(tom, "Delay saved.")

    menu(page, "Delay: Wait 1 hour", "Duplicate")
    page.get_by_text("See both").click()
    page.get_by_text("admin@example.com: Edit Delay: Wait 1 hour").wait_for()
    expect(page.locator(".differences").first).to_contain_text("Duration: 1 hour → is now 5 hours")
    expect(page.locator(".differences").last).to_contain_text("New step: after Delay: Wait 5 hours")
    assert violations(page) == []
    page.get_by_role("button", name="Keep mine").click()
    says(page, "Delay: Wait 5 hours duplicated.")
    assert keys(canvas) == ["wait", "delay", "end"]

    menu(tom, "Delay: Wait 9 days", "Edit")
    tom.get_by_label("How long").fill("77")
    menu(page, "Delay: Wait 9 days", "Delete")
    toast(page, "Delay: Wait 9 days deleted.").wait_for()
    tom.get_by_role("button", name="Done").click()
    tom.get_by_text("That step is not there any more.").wait_for()
    assert tom.get_by_label("How long").input_value() == "77"
    assert tom.get_by_role("button", name="Keep mine").count() == 0
    tom.get_by_role("button", name="Take theirs").click()
    says(tom, "This is the newest state.")
    assert tom.get_by_role("button", name=re.compile("More for Delay")).locator("visible=true").count() == 2


def test_a_change_that_got_lost_is_sent_again(browser, live_server, connection):
    canvas = draft(delay("wait"))
    context = browser.new_context(viewport=SIZES["wide"], base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session_of("Marketer"), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/canvases/{canvas.pk}/build/")
    context.set_offline(True)
    menu(page, "Delay: Wait 1 hour", "Duplicate")
    expect(page.locator("[data-autosave]")).to_have_text("Not saved: the server can’t be reached")
    assert keys(canvas) == ["wait"] and page.locator("#step-wait").is_visible()
    context.set_offline(False)
    toast(page, "The server can't be reached").get_by_role("button", name="Try again").click()
    says(page, "Delay: Wait 1 hour duplicated.")
    assert keys(canvas) == ["wait", "delay"]
    context.close()


def test_an_event_is_asked_for_a_property(open_page):
    canvas = draft(delay(), entry={"type": "action", "event": "bought"})
    page = open_page("Marketer", f"/canvases/{canvas.pk}/entry/")
    page.get_by_role("button", name="Only with a property").click()
    expect(page.get_by_label("Property", exact=True)).to_be_focused()
    page.get_by_label("Property", exact=True).fill("price")
    page.get_by_label("Its type").select_option("number")
    expect(page.get_by_label("Value")).to_have_value("0")
    page.get_by_label("Value").fill("dear")
    page.get_by_label("Comparison").select_option("gt")
    expect(page.locator("#entry-where-0-type")).to_have_value("number")
    page.get_by_label("Value").fill("60.5")
    page.keyboard.press("Tab")
    wait_until(lambda: "60.5" in written(canvas), 10)
    page.reload()
    expect(page.get_by_label("Value")).to_have_value("60.5")
    assert violations(page) == []
