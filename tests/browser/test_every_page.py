"""Every page, both sizes, both schemes: axe finds nothing, the console stays empty, nothing comes from elsewhere."""

import pytest

from tests.browser.conftest import violations
from tests.cast import user

PAGES = ["/", "/canvases/", "/audience/profiles/", "/audience/segments/", "/audience/imports/", "/partners/",
         "/partners/facebook/", "/styleguide/"]  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_by_everybody(open_page, connection, path):
    for size in ("wide", "phone"):
        for scheme in ("light", "dark"):
            page = open_page("Admin", path, size, scheme)
            assert violations(page) == [], (size, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{size} scrolls sideways"


def test_signing_in_and_out(open_page, settings):
    marketer = user("Marketer")
    marketer.set_password("a long enough password")
    marketer.save()
    page = open_page(None, "/canvases/")
    assert violations(page) == []
    page.get_by_label("Email").fill(marketer.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("not correct").wait_for()
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/canvases/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
