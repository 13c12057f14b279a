"""A marketer makes a segment by clicking and typing; the keyboard is never lost, nor is anything that was written."""

import re

import pytest
from playwright.sync_api import Page, expect

from audiences.models import CustomAttribute, Segment
from tests.browser.conftest import LOOKS, at_night, violations
from tests.cast import draft
from tests.factories import ProfileFactory, SegmentFactory

GERMANS = {"attribute": "country", "op": "is", "value": "DE"}
NONE = {"not": {"any": [{"segment": "Lapsed"}, {"event": "x"}]}}
INNERMOST = {"all": [{"attribute": "score", "op": "gt", "value": 5}, NONE]}
NESTED = {"all": [{"attribute": "seen", "op": "within_last", "value": "P30D"}, {"any": [GERMANS, INNERMOST]}]}


@pytest.fixture(autouse=True)
def people(connection):
    for name, kind in {"score": "number", "seen": "time"}.items():
        CustomAttribute.objects.create(name=name, type=kind)
    for number, country in enumerate(("DE", "DE", "FR", "US")):
        ProfileFactory(external_id=f"p{number}", country=country, attributes={"score": number})


def count(page: Page, words: str) -> None:
    expect(page.locator("#filter-count")).to_have_text(words)


def test_a_segment_is_made_by_clicking(open_page):
    page = open_page("Marketer", "/audience/segments/new/")
    count(page, "4 of 4 people")
    page.get_by_role("button", name="Add condition").click()
    expect(page.locator("#filter-0-attribute")).to_be_focused()
    expect(page.get_by_text("as soon as every condition is complete")).to_be_visible()
    page.locator("#filter-0-attribute").select_option("country")
    page.locator("#filter-0-op").select_option("is_any_of")
    page.locator("textarea").fill("de\nfr")
    page.keyboard.press("Tab")
    count(page, "3 of 4 people")
    page.get_by_role("button", name="Add group").click()
    expect(page.locator("#filter-1-kind")).to_be_focused()
    page.locator("#filter-1-kind").select_option("none")
    page.locator("#filter-1-0-attribute").select_option("score")
    page.locator("#filter-1-0-value").fill("many")
    page.keyboard.press("Tab")
    expect(page.locator("#filter-1-0-faults")).to_have_text("Write a number, such as 5 or 2.5.")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_text("Give the segment a name.")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Name").fill("Europeans")
    page.locator("#filter-1-0-value").fill("2")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", name="Europeans")).to_be_visible()
    count(page, "2 of 4 people")
    assert Segment.objects.get().filter == {"all": [
        {"attribute": "country", "op": "is_any_of", "value": ["de", "fr"]},
        {"not": {"any": [{"attribute": "score", "op": "is", "value": 2}]}},
    ]}  # fmt: skip


def test_what_is_written_while_an_answer_is_on_its_way_is_kept(open_page):
    SegmentFactory(name="A", filter=GERMANS)
    page = open_page("Marketer", f"/audience/segments/{Segment.objects.get().pk}/")
    count(page, "2 of 4 people")
    held = []
    page.route(re.compile("action=condition"), lambda route: held.append(route))
    with page.expect_request(re.compile("action=condition")):
        page.get_by_role("button", name="Add condition").click()
    page.locator("#filter-0-value").fill("FR")
    held[0].continue_()
    expect(page.locator("#filter-1-attribute")).to_be_visible()
    expect(page.locator("#filter-0-value")).to_have_value("FR")
    page.get_by_role("button", name="Remove this condition").last.click()
    expect(page.locator("#filter-0-attribute")).to_be_focused()
    count(page, "1 of 4 people")


def lapsed() -> Segment:
    return SegmentFactory(name="Lapsed", filter={"not": {"attribute": "seen", "op": "within_last", "value": "P90D"}})


def test_a_button_that_is_pressed_while_the_editor_is_drawn_anew_is_not_lost(open_page):
    page, held = open_page("Marketer", "/audience/segments/new/"), []
    count(page, "4 of 4 people")
    page.route("**/*action=fields*", lambda route: held.append(route))
    page.locator("#filter-kind").select_option("any")
    page.wait_for_timeout(400)
    page.get_by_role("button", name="Add condition").click()
    held[0].continue_()
    expect(page.locator("#filter-0-attribute")).to_be_focused()
    assert page.locator("#filter-kind").input_value() == "any" and page.locator("#filter-1-attribute").count() == 0


def test_a_marketer_finds_out_why_a_person_is_not_in_it(open_page):
    lapsed()
    ProfileFactory(first_name="Ana", last_name="Silva", country="FR", attributes={"score": 9})
    scored = {"any": [{"attribute": "score", "op": "gt", "value": 10}, {"segment": "Lapsed"}]}
    nested = SegmentFactory(name="Nested", filter={"all": [GERMANS, scored]})
    SegmentFactory(name="Others", filter={"not": {"segment": "Nested"}})
    page = open_page("Marketer", f"/audience/segments/{nested.pk}/", "phone", "dark")
    page.get_by_label("Search a person").press_sequentially("ana sil")
    expect(page.locator("#found")).to_contain_text("not in it")
    assert "ana" not in page.url
    page.get_by_role("link", name="Ana Silva").click()
    expect(page.get_by_role("heading", name="Ana Silva is not in Nested")).to_be_visible()
    because = page.get_by_role("region", name="Because")
    expect(because.get_by_role("listitem")).to_have_text("no Country is DE Country: FR")
    check(page)
    page.get_by_role("link", name="Their profile").click()
    page.get_by_role("link", name="Others").click()
    expect(page.get_by_role("heading", name="Ana Silva is in Others")).to_be_visible()


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_the_editor_can_be_used_by_everybody(open_page, size, scheme):
    lapsed()
    nested = SegmentFactory(name="Nested", filter=NESTED)
    check(open_page("Marketer", f"/audience/segments/{nested.pk}/", size, scheme))


@pytest.mark.parametrize(("size", "scheme"), [("wide", "dark"), at_night("phone", "light")])
def test_the_other_pages_can_be_used_by_everybody(open_page, size, scheme):
    used = lapsed()
    nested = SegmentFactory(name="Nested", filter=NESTED)
    draft(name="Win back", audience={"segment": "Lapsed"})
    check(open_page("Marketer", "/audience/segments/", size, scheme))
    check(open_page("Marketer", f"/audience/segments/{used.pk}/delete/", size, scheme))
    check(open_page("Viewer", f"/audience/segments/{nested.pk}/", size, scheme))


def check(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
