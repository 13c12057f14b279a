"""How smoothly a Canvas of 198 steps is panned: the frames of Chromium's own trace while the ground is dragged.

    python -m pytest bench/panning.py -s

The pointer moves once a frame (1/60 s) for three seconds, at 100 % and zoomed out. Told are the frames that were drawn,
the share of their distances that is no longer than a frame (with a quarter of one as slack), the longest, how long the
page's main thread worked a frame, and what an empty page does in the same run, as the reference.
"""

import json
import statistics
import time
from collections.abc import Sequence

from playwright.sync_api import Page

from tests.browser.test_graph import builder, ground, large

FRAME = 1000 / 60
SECONDS = 3
CATEGORIES = [f"{kind}devtools.timeline{part}" for kind in ("", "disabled-by-default-") for part in ("", ".frame")]
EMPTY = "<main class=stage style='height:100vh; overflow:auto'><div style='height:9000px'>nothing</div></main>"
FOLLOW = "document.onpointermove = (event) => document.querySelector('main').scrollBy(0, event.movementY)"


def test_panning(open_page, connection):
    page = open_page("Marketer", builder(large()))
    page.wait_for_load_state("networkidle")
    found = {"198 steps, 100 %": measured(page)}
    for _ in range(4):
        page.get_by_role("button", name="Zoom out").click()
    page.wait_for_timeout(500)
    found["198 steps, zoomed out"] = measured(page)
    page.goto("about:blank")
    page.set_content(EMPTY)
    page.evaluate(FOLLOW)
    found["an empty page"] = measured(page)
    show(found)


def measured(page: Page) -> dict[str, float]:
    x, y = ground(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.context.browser.start_tracing(page=page, categories=CATEGORIES)
    move(page, x, y)
    events = json.loads(page.context.browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    return figures(events)


def move(page: Page, x: float, y: float) -> None:
    begun, at = time.monotonic(), 0
    while (gone := time.monotonic() - begun) < SECONDS:
        at += 1
        page.mouse.move(x + 40 * (at % 2), y - 3 * (at % 100))
        time.sleep(max(0, at * FRAME / 1000 - gone))


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
