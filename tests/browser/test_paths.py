"""The editors whose rows are added, ranked and taken away: nothing that was written gets lost on the way."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import violations
from tests.cast import delay, draft

HALVES = {"paths": [{"name": "A", "share": 50}, {"name": "B", "share": 50}]}


def opened(page: Page, key: str):
    page.locator(f"#step-{key} a[href$='steps/{key}/']").first.click()
    return page.locator("dialog[open]")


def test_paths_and_groups_are_added_named_and_ranked(open_page):
    test = {"key": "test", "type": "experiment_paths", "settings": HALVES, "next": {"A": "groups", "B": "wait"}}
    groups = {"key": "groups", "type": "audience_paths", "settings": {"groups": []}, "next": {}}
    canvas = draft(test, groups, delay())
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    dialog = opened(page, "test")
    dialog.get_by_label("Path 1").fill("Only ads")
    dialog.get_by_role("button", name="Add a path").click()
    dialog.get_by_label("Path 3").fill("Neither")
    dialog.get_by_label("Share, in %").nth(0).fill("40")
    dialog.get_by_label("Share, in %").nth(2).fill("5")
    expect(dialog.get_by_text("Together 95 %; it must be 100 %.")).to_be_visible()
    assert violations(page) == []
    dialog.get_by_label("Control group, in %").fill("5")
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("#step-test")).to_contain_text("Only ads 40 %, B 50 %, Neither 5 %, control 5 %")
    dialog = opened(page, "groups")
    for at, name in enumerate(("First", "Second"), 1):
        dialog.get_by_role("button", name="Add a group").click()
        dialog.get_by_label(f"Name of group {at}").fill(name)
    dialog.get_by_role("button", name="Move").last.click()
    expect(dialog.get_by_label("Name of group 1")).to_have_value("Second")
    assert violations(page) == []
    dialog.get_by_role("button", name="Done").click()
    expect(page.locator("#step-groups")).to_contain_text("Second, First")
    canvas.refresh_from_db()
    assert canvas.document["steps"][0]["next"] == {"Only ads": "groups", "B": "wait"}


def test_what_is_written_while_the_rows_are_drawn_anew_is_kept(open_page):
    ways = [{"name": name, "event": "bought"} for name in ("First", "Second")]
    waits = {"key": "wait", "type": "action_paths", "settings": {"actions": ways}, "next": {}}
    page = open_page("Marketer", f"/canvases/{draft(waits).pk}/build/")
    dialog = opened(page, "wait")
    network = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 400, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", slow)
    dialog.get_by_role("button", name="Add an action").click()
    dialog.get_by_label("Way 1").fill("Early")
    expect(dialog.get_by_label("Way 3")).to_be_visible()
    expect(dialog.get_by_label("Way 1")).to_have_value("Early")
    dialog.get_by_role("button", name="Move Second up").click()
    dialog.get_by_label("Way 2").fill("Late")
    expect(dialog.get_by_label("Way 2")).to_have_value("Early")
    expect(dialog.get_by_label("Way 1")).to_have_value("Late")
