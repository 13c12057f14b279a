"""A messy file comes in, a person is found, her page is opened: as a marketer does it."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import at_night, violations
from tests.cast import facebook_step, launch, tick

MESSY = """external_id;Email;phone;dob;score
u1;jane@example.com;+1 415 555 0134;3/4/1990;5
u2;JOHN@example.com;;;7
;nobody@example.com;;;
u3;late@example.com
"""


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORT_DIR = str(tmp_path / "imports")


def fine(page: Page) -> None:
    assert violations(page) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} scrolls sideways"


def give(page: Page, content: str) -> None:
    page.get_by_label("CSV file").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    page.get_by_role("button", name="Check the file").click()


@pytest.mark.parametrize(("size", "scheme"), [("wide", "light"), at_night("phone", "dark")])
def test_a_messy_file_comes_in_and_a_person_is_found(open_page, connection, now, size, scheme):
    page = open_page("Marketer", "/audience/imports/", size, scheme)
    give(page, "external_id,email,email\n")
    expect(page.get_by_text("email is there twice")).to_be_visible()
    fine(page)

    give(page, MESSY)
    expect(page.get_by_role("heading", name="Something has to be asked first")).to_be_visible()
    fine(page)
    page.get_by_label("It is email").check()
    page.get_by_role("button", name="Check again").click()
    page.get_by_label("The day stands first: 3/4/1990 is 3 April 1990").check()
    fine(page)
    page.get_by_role("button", name="Check again").click()

    expect(page.get_by_role("heading", name="The check found 2 people")).to_be_visible()
    page.get_by_label("phone becomes").select_option("zip")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_label("phone becomes")).to_have_value("=zip")
    page.get_by_label("phone becomes").select_option("phone")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_text("external_id: The row has none.")).to_be_visible()
    fine(page)
    page.get_by_label("Make 1 new attribute: score (a number)").check()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them").click()
    assert download.value.suggested_filename == "refused.csv"
    page.get_by_role("button", name="Import 2 people").click()
    expect(page.get_by_role("heading", name="2 rows imported")).to_be_visible()
    fine(page)

    launch(facebook_step(audience_name="Loyal"), at=now)
    tick(now)
    page.get_by_role("link", name="See the people").click()
    fine(page)
    page.get_by_label("Search people").press_sequentially("jan")
    expect(page.get_by_role("link", name="u2")).to_have_count(0)
    assert "jan" not in page.url
    page.get_by_role("link", name="u1").click()
    expect(page.get_by_role("heading", name="Yes, to 1 of 1 custom audience.")).to_be_visible()
    page.get_by_text("1 try").click()
    expect(page.get_by_text("Accepted")).to_be_visible()
    fine(page)


def test_a_large_file_shows_how_far_it_is(open_page, monkeypatch, now):
    from audiences.views import imports

    monkeypatch.setattr(imports, "SMALL_FILE", 0)
    page = open_page("Marketer", "/audience/imports/")
    give(page, "external_id\n" + "".join(f"u{n}\n" for n in range(50)))
    expect(page.get_by_role("heading", name="The file is being checked")).to_be_visible()
    fine(page)
    tick(now)
    expect(page.get_by_role("heading", name="The check found 50 people")).to_be_visible()
    expect(page.get_by_role("button", name="Import 50 people")).to_be_visible()
    fine(page)


def test_a_file_with_a_wrong_header_is_mended_and_a_wrong_import_undone(open_page):
    page = open_page("Marketer", "/audience/imports/")
    give(page, "Kundennummer;Ort\nu1;Bonn\nu2;Köln\n")
    page.get_by_label("Kundennummer").check()
    fine(page)
    page.get_by_role("button", name="Check again").click()
    page.get_by_label("Ort becomes").select_option("city")
    fine(page)
    page.get_by_role("button", name="Check again").click()
    page.get_by_role("button", name="Import 2 people").click()
    page.get_by_role("link", name="Undo this import").click()
    expect(page.get_by_role("heading", name="Take 2 people out again?")).to_be_visible()
    fine(page)
    page.get_by_role("button", name="Take them out").click()
    expect(page.get_by_text("2 of the people it had made are gone again.")).to_be_visible()
    fine(page)
