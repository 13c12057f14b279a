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
    page.goto(f"/admin/team/user/{viewer}/change/")
    page.get_by_label("Name").fill("Nia")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was changed successfully").wait_for()
    assert User.objects.get(pk=viewer).name == "Nia"
