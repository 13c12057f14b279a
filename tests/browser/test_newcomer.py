"""What a newcomer does: start the demo, sign in, import people, build and launch a Canvas, and see what was sent.

Then the token is revoked at Facebook; an admin sees it and mends it. All of it by clicking, on the real processes.
"""

import csv
import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests import running
from tests.browser.test_builder import add
from tests.cast import OTHER_TOKEN

STARTS, SETTLES = 600, 60_000
FIELDS = ["E-mail", "Phone", "First name", "Last name", "ZIP", "Country"]
COLUMNS = ["email", "phone", "first_name", "last_name", "zip", "country"]


@pytest.fixture(autouse=True)
def on_a_real_server():
    """The demo is one already, with a database of its own."""


@pytest.fixture
def demo(tmp_path):
    with running.installed(tmp_path, "https://graph.facebook.com") as product:
        product.environment |= {"PORT": str(running.free_port()), "SANDBOX_PORT": str(running.free_port())}
        with product.running("demo", "--serve", "--people", "60", "--run", tmp_path / "run"):
            running.wait_until(lambda: "Ctrl-C" in said(product), STARTS)
            yield product


def said(product) -> str:
    return (product.folder / "demo.log").read_text()


def sandbox(product, path: str, **body: str) -> dict:
    url = f"http://127.0.0.1:{product.environment['SANDBOX_PORT']}/_sandbox/{path}"
    with urlopen(Request(url, json.dumps(body).encode() if body else None), timeout=10) as answer:
        return json.load(answer)


def sign_in(visit, product, role: str) -> Page:
    """With what the demo printed."""
    email, password = re.search(rf"{role} +(\S+) +(\S+)", said(product)).groups()
    page = visit(f"http://127.0.0.1:{product.environment['PORT']}")
    page.goto("/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Home").wait_for()
    return page


def messy(product, count: int, name: str) -> Path:
    path = product.folder / name
    product.manage("demo", "--csv", path, "--people", count)
    return path


def bring_in(page: Page, path: Path, count: str) -> None:
    page.get_by_role("link", name="Imports").click()
    page.get_by_label("CSV file").set_input_files(path)
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name=f"Import {count} people").click()
    page.get_by_role("heading", name=f"{count} rows imported").wait_for()


def draw(page: Page, name: str) -> None:
    """Entry -> Facebook Audience Step -> Delay, for everybody, at launch."""
    page.get_by_role("link", name="Canvases", exact=True).click()
    page.get_by_role("link", name="New Canvas").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    add(page, "after the entry", "Facebook Audience Step")
    choose_audience(page, name)
    add(page, f"after Facebook Audience Step: {name}", "Delay")
    page.get_by_role("button", name="Edit Delay").locator("visible=true").click()
    page.get_by_label("How long").fill("2")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Entry").click()
    page.get_by_label("At launch").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Audience").click()
    page.get_by_label("A filter of its own").check()
    page.get_by_role("button", name="Save").click()


def duplicate(page: Page, name: str) -> None:
    page.get_by_role("link", name="Canvases", exact=True).click()
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_role("button", name="Duplicate").click()
    page.get_by_text("is a draft").wait_for()


def choose_audience(page: Page, name: str) -> None:
    page.get_by_role("button", name="Custom Audience").locator("visible=true").click()
    page.get_by_label("Ad account").select_option("act_1001")
    page.get_by_label("Name of the new custom audience").fill(name)
    # That a name is missing was told above the fields: they move up when it is gone.
    expect(page.locator("#problems-audience_name")).to_be_empty()
    for field in FIELDS:
        page.get_by_role("checkbox", name=re.compile(f"^{field}")).check()
    page.get_by_role("button", name="Done").click()
    expect(page.locator("dialog#dialog")).to_be_hidden()


def launch(page: Page, name: str) -> None:
    page.get_by_role("link", name="Review & launch").first.click()
    page.get_by_text("with what partners say now").wait_for()
    page.get_by_role("button", name="Launch…").click()
    page.locator("dialog").get_by_role("button", name="Launch").click()
    page.get_by_text(f"{name} is active.").wait_for()


def open_step(page: Page) -> None:
    page.get_by_role("table").get_by_role("link", name="Facebook Audience Step").click()
    page.get_by_role("heading", name="Facebook Audience Step").wait_for()


def becomes(page: Page, label: str, people: str) -> None:
    """The page looks again by itself until so many stand under the label, and so does its list."""
    term = page.locator("#numbers .term").filter(has=page.get_by_text(label, exact=True))
    expect(term).to_contain_text(people, timeout=SETTLES)
    expect(page.locator("#people tbody tr").first).to_contain_text(label, timeout=SETTLES)


def someone(path: Path) -> dict[str, str]:
    """The first one in the file with all that is sent."""
    with path.open(encoding="utf-8", newline="") as file:
        return next(row for row in csv.DictReader(file) if all(row[column] for column in COLUMNS))


def find(page: Page, person: dict[str, str]) -> None:
    """What was sent of this person, and when."""
    page.get_by_role("searchbox").press_sequentially(person["external_id"])
    page.locator("#people tbody tr").filter(has_text=person["external_id"]).get_by_role("link").click()
    page.get_by_role("heading", name="Yes, to 1 of 1 custom audience.").wait_for()
    page.get_by_text("1 try").click()
    page.get_by_text("Accepted").wait_for()
    assert page.locator(".sync .chip").all_inner_texts() == FIELDS


def test_a_newcomer_passes_people_on_and_an_admin_mends_the_token(demo, visit):
    # The browser is asked for last: it closes first, so that no page looks again at a demo that has stopped.
    customers = messy(demo, 2000, "customers.csv")
    page = sign_in(visit, demo, "Marketer")
    bring_in(page, customers, "2,000")
    draw(page, "Spring")
    launch(page, "Spring")
    open_step(page)
    becomes(page, "Synced", "2,060")
    find(page, someone(customers))

    sandbox(demo, "faults", kind="revoked_midway", method="POST", path_regex="/users$")
    duplicate(page, "Spring")
    launch(page, "Spring (copy)")
    open_step(page)
    becomes(page, "Pending", "2,060")
    expect(page.get_by_role("region", name="Facebook")).to_contain_text("Facebook says that it was revoked.")
    expect(page.get_by_role("region", name="Facebook")).to_contain_text("An admin of your team can do that.")
    mend(sign_in(visit, demo, "Admin"))
    becomes(page, "Synced", "2,060")
    newest = sandbox(demo, "audiences")["audiences"][0]
    assert sandbox(demo, f"audiences/{newest['id']}/received")["total"] == 2060
    assert "Everything adds up." in demo.manage("audit_sync")


def mend(page: Page) -> None:
    """The admin is told at home, and replaces the token."""
    page.get_by_text(re.compile("2,06. people wait for it; nobody is lost")).wait_for()
    page.get_by_role("link", name="Replace token").click()
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("Checked now: The system user token is not accepted any more").wait_for()
    page.get_by_label("New system user token").fill(OTHER_TOKEN)
    page.get_by_role("button", name="Replace token").click()
    page.get_by_text("Facebook accepts the new token.").wait_for()
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_text("people wait for it")).to_have_count(0)
