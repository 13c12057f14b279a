"""What became of people, in a browser: a list that was deleted at Facebook, every attempt, and a receipt of erasure."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser.conftest import violations
from tests.cast import connect, facebook_step, fate, launch, people, tick


@pytest.fixture
def sent(transactional_db, sandbox):
    """Three people whom Facebook took at the second try."""
    sandbox.settings(delete_minimum=0)
    began = timezone.now() - timedelta(minutes=50)  # the next check by itself is not due
    connect("SANDBOX-SYSTEM-USER-TOKEN", began)
    people(3)
    canvas = launch(facebook_step(), at=began)
    sandbox.fault("code_2", path_regex="/users$")
    tick(began), tick(timezone.now())
    assert fate(canvas) == {"synced": 3}
    return canvas


def fits(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth") and violations(page) == []


def test_a_list_that_was_deleted_is_found_by_the_page_and_made_again_with_one_button(open_page, sandbox, sent):
    [old] = sandbox.audiences()
    sandbox.delete_audience(old["id"])
    page = open_page("Marketer", "/partners/audiences/", "phone", "dark")
    page.get_by_text("The custom audience was deleted at Facebook.").wait_for()
    assert fits(page)
    page.get_by_role("link", name="Recreate…").click()
    page.get_by_text("3 sent before are sent again").wait_for()
    assert fits(page)
    page.get_by_role("button", name="Recreate at Facebook").click()
    page.get_by_text("Win back is made again. Its people are sent now.").wait_for()
    tick(timezone.now())
    assert [(one["size"], one["id"] == old["id"]) for one in sandbox.audiences()] == [(3, False)]
    page.goto(f"/canvases/{sent.pk}/analytics/fb/")
    page.get_by_role("link", name="attempt").first.click()
    page.get_by_role("heading", name="Every attempt").wait_for()
    assert page.get_by_role("row").filter(has_text="Accepted").count() == 2 and fits(page)
    page.get_by_label("Outcome").select_option("Unavailable")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**outcome=Unavailable")
    assert page.locator("tbody tr").count() == 1


def test_who_is_erased_leaves_a_receipt_that_says_when_she_was_taken_out(open_page, sandbox, sent):
    page = open_page("Marketer", "/audience/profiles/")
    page.get_by_role("link", name="p1").click()
    page.get_by_role("link", name="Erase…").click()
    page.get_by_role("button", name="Erase for good").click()
    page.get_by_role("heading", name="Where the person was sent").wait_for()
    assert page.get_by_role("row").filter(has_text="Waiting").count() == 1 and fits(page)
    tick(timezone.now() + timedelta(minutes=2))
    page.reload()
    assert page.get_by_role("row").filter(has_text="Removed").count() == 1 and fits(page)
    assert sandbox.audiences()[0]["size"] == 2
