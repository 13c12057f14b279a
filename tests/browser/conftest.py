"""A real browser (Debian's Chromium) on the real pages. Without Chromium these tests skip; in CI that is a failure."""

import os
import shutil
from collections.abc import Iterator
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from tests.cast import user
from tests.often import AT_NIGHT

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SIZES = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
STILL = """Promise.allSettled(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect.getComputedTiming().endTime)).map((one) => one.finished))"""
"""Waits until what fades in has done so: half faded words have too little contrast."""
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")

LOOKS = [
    (size, scheme) for size, own in (("wide", "light"), ("phone", "dark")) for scheme in ("light", "dark")
    if AT_NIGHT or scheme == own
]  # fmt: skip
"""Sizes and schemes: each size and each scheme, or with LOOKS=every (`make test-nightly`) each size in each scheme."""
at_night = partial(pytest.param, marks=pytest.mark.nightly)
LEFT = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx says of a request whose page is left before its answer came."""


@pytest.fixture(autouse=True)
def on_a_real_server(transactional_db, live_server, settings):
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed: in CI the browser tests must run.")
        pytest.skip("Chromium is not installed (Debian's package chromium-headless-shell, or chromium).")
    # Playwright runs a loop of its own in this thread, which Django takes for an async view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser):
    """A browser of its own on the product at `home`: visit(live_server.url, size="phone", scheme="dark").

    At the end, a console error, a refused script or style, or a request to another host fails the test; only answers
    of the status that is `expected` may be in the console.
    """
    contexts, troubles = [], []

    def visited(home: str, size: str = "wide", scheme: str = "light", expected: int = 0) -> Page:
        context = browser.new_context(viewport=SIZES[size], color_scheme=scheme, base_url=home)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: troubles.append(said.text) if is_trouble(said, expected) else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: elsewhere(request.url, home, troubles))
        return page

    yield visited
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def open_page(visit, live_server):
    """Opens a page as somebody: open_page("Marketer", "/canvases/", size="phone", scheme="dark")."""

    def opened(role: str | None, path: str, size: str = "wide", scheme: str = "light", expected: int = 0) -> Page:
        page = visit(live_server.url, size, scheme, expected)
        if role:
            page.context.add_cookies([{"name": "sessionid", "value": session_of(role), "url": live_server.url}])
        page.goto(path)
        return page

    return opened


def schemes(page: Page) -> Iterator[str]:
    """Puts the page into the schemes that belong to its size, one after the other."""
    here = "wide" if page.viewport_size == SIZES["wide"] else "phone"
    for scheme in (scheme for size, scheme in LOOKS if size == here):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # no colour is on its way to another
        yield scheme


def is_trouble(said: ConsoleMessage, expected: int) -> bool:
    wrong = said.type in ("error", "warning") and not said.text.startswith(LEFT)
    return wrong and f"status of {expected} " not in said.text


def session_of(role: str) -> str:
    client = Client()
    client.force_login(user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.cookies["sessionid"].value


def elsewhere(url: str, home: str, troubles: list[str]) -> None:
    if not url.startswith((home, "data:", "blob:", "about:")):
        troubles.append(f"a request to another host: {url}")


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page, WCAG 2.2 AA. It is put into a page once, and sends back nothing else."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    options = {"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]}
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(Axe().axe_script)
    page.evaluate(STILL)
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]


def seen_by_axe(page: Page, *looks: tuple[str, str]) -> list[str]:
    """What axe finds in each of these looks, a size and a scheme."""
    found = []
    for size, scheme in looks:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=scheme)
        found += [f"{size} {scheme}: {one}" for one in violations(page)]
    return found
