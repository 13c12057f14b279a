"""How smoothly a Canvas of 198 steps is panned: the frames of Chromium's own trace while its ground moves.

    python -m pytest bench/panning.py -s

Three seconds of the wheel are made inside the browser, at 100 % and zoomed out; then the pointer drags the ground, a
move each 1/60 s, which this program sends, so that its own hiccups count too. Told are the frames that were drawn, the
share of their distances that is no longer than a frame (with a quarter of one as slack), the longest, the layouts and
the longest task of the page's main thread. An empty page is the reference, in the same run.
"""

import json
import statistics
import time
from collections.abc import Callable, Sequence

from playwright.sync_api import Page

from tests.browser.test_graph import builder, ground, large

FRAME = 1000 / 60
SECONDS = 3
PIXELS = 2700
CATEGORIES = [f"{kind}devtools.timeline{part}" for kind in ("", "disabled-by-default-") for part in ("", ".frame")]
EMPTY = "<body style='margin: 0'><main style='height: 9000px; padding: 8px'>nothing</main>"


def test_panning(open_page, connection):
    page = open_page("Marketer", builder(large()))
    page.wait_for_load_state("networkidle")
    x, y = ground(page)
    found = {"the wheel, 100 %": measured(page, wheel, x, y), "a drag, 100 %": measured(page, drag, x, y)}
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
    page.wait_for_timeout(500)
    found |= {"the wheel, zoomed out": measured(page, wheel, x, y), "a drag, zoomed out": measured(page, drag, x, y)}
    page.goto("about:blank")
    page.set_content(EMPTY)
    page.wait_for_timeout(500)
    show(found | {"the wheel, an empty page": measured(page, wheel, x, y)})


def measured(page: Page, move: Callable[[Page, float, float], None], x: float, y: float) -> dict[str, float]:
    page.mouse.move(x, y)
    page.context.browser.start_tracing(page=page, categories=CATEGORIES)
    move(page, x, y)
    return figures(json.loads(page.context.browser.stop_tracing())["traceEvents"])


def wheel(page: Page, x: float, y: float) -> None:
    gesture = {"yDistance": -PIXELS, "speed": PIXELS // SECONDS, "gestureSourceType": "mouse", "preventFling": True}
    page.context.new_cdp_session(page).send("Input.synthesizeScrollGesture", {"x": x, "y": y} | gesture)


def drag(page: Page, x: float, y: float) -> None:
    begun, at = time.monotonic(), 0
    page.mouse.down()
    while (gone := time.monotonic() - begun) < SECONDS:
        at += 1
        page.mouse.move(x + 40 * (at % 2), y - 3 * (at % 100))
        time.sleep(max(0, at * FRAME / 1000 - gone))
    page.mouse.up()


def figures(events: Sequence[dict]) -> dict[str, float]:
    drawn = sorted(event["ts"] / 1000 for event in events if event["name"] == "DrawFrame")
    apart = [later - one for one, later in zip(drawn, drawn[1:], strict=False)]
    tasks = [event["dur"] / 1000 for event in events if event["name"] == "RunTask" and event.get("dur")]
    layouts = sum(event["name"] == "Layout" for event in events)
    return {
        "frames": len(drawn), "in time": sum(one <= FRAME * 1.25 for one in apart) / max(1, len(apart)),
        "longest ms": max(apart, default=0), "median ms": statistics.median(apart) if apart else 0,
        "layouts": layouts, "longest task ms": max(tasks, default=0),
    }  # fmt: skip


def show(found: dict[str, dict[str, float]]) -> None:
    names = next(iter(found.values()))
    print("\n" + " " * 24 + "".join(f"{name:>17}" for name in names))
    for words, some in found.items():
        print(f"{words:24}" + "".join(f"{value:17.2f}" for value in some.values()))
