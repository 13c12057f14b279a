"""The components themselves, on the page that shows them all."""

from playwright.sync_api import expect

from tests.browser.conftest import violations


def test_a_toast_says_what_happened_and_takes_one_action(open_page):
    page = open_page("Admin", "/styleguide/")
    said, failed = page.locator("[data-toasts] [role=status]"), page.locator("[data-toasts] [role=alert]")
    page.get_by_role("button", name="With an action").click()
    expect(said).to_contain_text("Delay deleted.")
    said.get_by_role("button", name="Undo").click()
    expect(said).to_have_text("Undone.")
    opener = page.get_by_role("button", name="A failure")
    opener.click()
    expect(failed).to_contain_text("The server can't be reached.")
    assert violations(page) == []
    failed.get_by_role("button", name="Dismiss").focus()
    page.keyboard.press("Escape")
    expect(failed).to_be_empty()
    expect(opener).to_be_focused()


def test_around_an_open_dialog_a_toast_is_in_it(open_page):
    page = open_page("Admin", "/styleguide/")
    page.get_by_role("button", name="Stop…").click()
    page.evaluate("document.dispatchEvent(new CustomEvent('toast', {detail: {words: 'Saved.'}}))")
    expect(page.locator("dialog [role=status]")).to_contain_text("Saved.")
    page.keyboard.press("Escape")
    expect(page.locator("body > [data-toasts] [role=status]")).to_contain_text("Saved.")
