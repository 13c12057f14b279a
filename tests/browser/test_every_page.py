"""Every page with something on it, both sizes, both schemes: axe finds nothing, the console stays empty, nothing comes
from elsewhere."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from tests.browser.conftest import LOOKS, SIZES, at_night, violations
from tests.cast import user
from tests.every_url import MAY, PAGE, TABLE, A
from tests.often import AT_NIGHT
from tests.world import World

PARTS = 3
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"
DJANGOS_OWN = ("admin:",)
"""Their look is Django's; `test_admin` holds them to the console and the CSP."""


def pages(world: World) -> list[str]:
    rows = [name for name, row in TABLE.items() if row.kind == PAGE and A in MAY[row.get]]
    return [path for name in rows if not name.startswith(DJANGOS_OWN) for path in world.addresses(name)]


def faults(page: Page, path: str, seen: list[tuple[str, str]]) -> list[str]:
    """What is wrong with one page in these looks, and whether it is too wide in any."""
    page.goto(path)
    found = []
    for size, scheme in LOOKS:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is on its way to another
        wrong = violations(page) if (size, scheme) in seen else []
        wrong += ["it scrolls sideways"] * page.evaluate(SIDEWAYS)
        found += [f"{path} {size} {scheme}: {one}" for one in wrong]
    return found


@pytest.mark.parametrize("part", [0, *map(at_night, range(1, PARTS))])
def test_every_page_can_be_used_by_everybody(open_page, connection, settings, tmp_path, part):
    """In parts, one of which is in each run and the others at night. axe sees every second page wide and light, the
    others on a phone and dark; all of them in all looks with LOOKS=every."""
    settings.IMPORT_DIR = str(tmp_path / "imports")
    world = World(timezone.now())
    page, wrong = open_page("Admin", "/"), []
    for number, path in enumerate(pages(world)[part::PARTS]):
        wrong += faults(page, path, LOOKS if AT_NIGHT else [LOOKS[number % 2]])
    assert wrong == []


def test_signing_in_and_out(open_page, settings):
    marketer = user("Marketer")
    marketer.set_password("a long enough password")
    marketer.save()
    page = open_page(None, "/canvases/")
    assert violations(page) == []
    page.get_by_label("Email").fill(marketer.email)
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_text("not correct").wait_for()
    page.get_by_label("Password").fill("a long enough password")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/canvases/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
