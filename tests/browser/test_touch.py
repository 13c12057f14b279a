"""Fingers on the graph: two zoom it, one that rests drags a step."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SIZES, session_of
from tests.cast import delay, draft

HEAD = "#step-wait .step-head"
Point = tuple[float, float]
Touch = Callable[..., None]


@pytest.fixture
def page(browser, live_server, connection) -> Page:
    """A graph on a phone: one Delay after another."""
    canvas = draft(delay("wait", "next"), delay("next", "end", duration="P1D"), delay("end", duration="P9D"))
    context = browser.new_context(viewport=SIZES["phone"], has_touch=True, base_url=live_server.url)
    context.add_cookies([{"name": "sessionid", "value": session_of("Marketer"), "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/canvases/{canvas.pk}/build/?view=graph")
    yield page
    context.close()


@pytest.fixture
def touch(page) -> Touch:
    """touch("Move", (x, y), ...): where the fingers are now."""
    session = page.context.new_cdp_session(page)

    def sent(kind: str, *fingers: Point) -> None:
        points = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    return sent


def middle(page: Page, selector: str) -> Point:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_two_fingers_zoom_and_what_is_between_them_stays(page, touch):
    x, y = middle(page, "#step-wait")
    touch("Start", (x, y - 40), (x, y + 40))
    touch("Move", (x, y - 60), (x, y + 60))
    touch("End")
    expect(page.locator("[data-percent]")).to_have_text("150%")
    assert page.evaluate("at => document.elementFromPoint(...at).closest('#step-wait') !== null", [x, y])
    touch("Start", (x, y - 60), (x, y + 60))
    touch("Move", (x, y - 20), (x, y + 20))
    touch("End")
    expect(page.locator("[data-percent]")).to_have_text("50%")


def test_a_finger_that_rests_drags_a_step(page, touch):
    touch("Start", middle(page, HEAD))
    page.locator(".ghost").wait_for()
    touch("Move", middle(page, "[data-after=end]"))
    expect(page.locator(".add.over")).to_have_attribute("data-after", "end")
    touch("End")
    page.locator(".toast", has_text="Delay: Wait 1 hour moved.").wait_for()
