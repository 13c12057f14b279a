"""The Django admin under our strict CSP: no console line, no refused script or style on any kind of its pages."""

from config.team.models import User
from tests.cast import people, user


def test_every_kind_of_page_works_under_the_csp(open_page, connection):
    people(3)
    viewer = user("Viewer").pk
    page = open_page("Admin", "/admin/")
    page.get_by_role("link", name="Profiles", exact=True).first.click()
    page.locator("#searchbar").fill("p1")
    page.get_by_role("button", name="Search").click()
    page.locator("#result_list").get_by_role("link", name="p1", exact=True).click()
    page.get_by_text("p1@example.com").first.wait_for()
    for path in (f"team/user/{viewer}/change/", f"team/user/{viewer}/password/", "team/auditevent/"):
        page.goto(f"/admin/{path}")
    page.goto("/admin/team/user/add/")
    page.get_by_label("E-mail").fill("nia@example.com")
    page.get_by_label("Password:").fill("a long enough password")
    page.get_by_label("Password confirmation:").fill("a long enough password")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()
    assert User.objects.get(email="nia@example.com").check_password("a long enough password")
