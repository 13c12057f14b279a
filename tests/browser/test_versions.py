"""A Canvas that is live is edited, published, compared and restored by clicking."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from canvas.models import Canvas, Cohort
from tests.browser.conftest import violations
from tests.browser.test_builder import add
from tests.cast import delay, launch, people, tick


def test_the_next_version_is_built_published_compared_and_restored(open_page):
    people(3)
    now = timezone.now()
    canvas = launch(delay("wait", "last"), delay("last", duration="P1D"), at=now)
    tick(now), tick(now + timedelta(hours=1))
    page = open_page("Marketer", f"/canvases/{canvas.pk}/build/")
    page.get_by_role("button", name="Edit", exact=True).click()
    expect(page.get_by_text("You edit version 2.")).to_be_visible()
    assert violations(page) == []

    add(page, "after the entry", "User Update")
    page.locator("#step-last").focus()
    page.keyboard.press("Delete")
    expect(page.locator("#step-last")).to_have_count(0)
    page.get_by_role("button", name="Edit User Update").locator("visible=true").click()
    page.locator("dialog[open]").get_by_role("button", name="Add").first.click()
    page.locator("dialog[open] [name$='-name']").first.fill("city")
    page.locator("dialog[open] [name$='-value']").first.fill("Rome")
    page.get_by_role("button", name="Done").click()

    page.get_by_role("link", name="Review & publish").last.click()
    where = page.get_by_label("Delay: Wait 1 day")
    expect(page.get_by_text("3 stand there now.")).to_be_visible()
    expect(page.locator("#review")).to_contain_text("Nothing stops publishing")
    where.select_option("They go on at Delay: Wait 1 hour")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("Asking partners")).to_be_hidden()
    expect(where).to_have_value("wait")
    assert violations(page) == []
    page.get_by_role("button", name="Publish…").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("Version 2 of Win back is live.")).to_be_visible()
    assert dict(Cohort.objects.filter(ended_at=None).values_list("step__key", "size")) == {"wait": 3}
    expect(page.locator("tr", has_text="Wait 1 day")).to_contain_text("Retired")

    page.goto(f"/canvases/{canvas.pk}/versions/")
    expect(page.locator("#version-2")).to_contain_text("New step")
    assert violations(page) == []
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_text("The draft of version 3 is as version 1 was.")).to_be_visible()
    expect(page.locator("#step-last")).to_be_visible()
    page.get_by_role("button", name="Discard changes").click()
    page.locator("dialog[open]").get_by_role("button", name="Discard changes").click()
    expect(page.get_by_text("The draft is discarded. Version 2 is live as before.")).to_be_visible()
    assert not Canvas.objects.get().drafting
