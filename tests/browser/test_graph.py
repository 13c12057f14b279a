"""The graph as one looks at it and touches it: moved, made smaller, walked through, built by dragging; by all means."""

import re

import pytest
from playwright.sync_api import CDPSession, Page, expect

from canvas.models import Canvas
from tests.browser.conftest import schemes, violations
from tests.cast import delay, draft, facebook_step, split

LAPSED = {"attribute": "country", "op": "is", "value": "US"}


def small() -> Canvas:
    """A split of which one branch ends and the other goes on."""
    return draft(split(LAPSED, "fb"), facebook_step("fb", "wait"), delay("wait"))


def large(count: int = 198) -> Canvas:
    """Splits one after the other, whose branches meet again."""
    steps = []
    for at in range(0, count, 3):
        after = f"d{at + 3}" if at + 3 < count else None
        steps += [
            delay(f"d{at}", f"s{at}"),
            split(LAPSED, f"f{at}", after, key=f"s{at}"),
            facebook_step(f"f{at}", after, audience_name=f"Audience {at}"),
        ]
    return draft(*steps, name="Large")


def builder(canvas: Canvas) -> str:
    return f"/canvases/{canvas.pk}/build/"


def middle(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def place(page: Page, selector: str) -> tuple[int, int]:
    box = page.locator(selector).bounding_box()
    return round(box["x"]), round(box["y"])


def near(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] - other[0]) < 3 and abs(one[1] - other[1]) < 3


def ground(page: Page) -> tuple[float, float]:
    """A point of the stage with nothing on it."""
    box = page.locator(".stage").bounding_box()
    return box["x"] + 30, box["y"] + 300


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=steps)
    page.mouse.up()


def percent(page: Page) -> str:
    return page.locator("[data-percent]").inner_text()


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.dataset.card ?? document.activeElement.className")


def layouts(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "LayoutCount")


def test_the_ground_is_dragged_and_nothing_is_laid_out_again(open_page, connection):
    page = open_page("Marketer", builder(large(60)))
    before, start = place(page, "#step-d0"), ground(page)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    page.mouse.move(*start)
    page.mouse.down()
    counted = layouts(session)
    page.mouse.move(start[0] + 90, start[1] - 120, steps=20)
    assert layouts(session) == counted
    page.mouse.up()
    assert place(page, "#step-d0") == (before[0] + 90, before[1] - 120)
    page.mouse.wheel(0, 200)
    page.wait_for_function(
        "top => document.querySelector('#step-d0').getBoundingClientRect().y < top", arg=before[1] - 250
    )
    assert page.locator(".step.selected").count() == 0


def test_zoom_is_by_wheel_buttons_and_keys_and_shows_less_from_afar(open_page, connection):
    page = open_page("Marketer", builder(small()))
    at = middle(page, "#step-split")
    page.mouse.move(*at)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -60)
    page.keyboard.up("Control")
    expect(page.locator("[data-percent]")).not_to_have_text("100%")
    assert page.evaluate("at => document.elementFromPoint(...at).closest('#step-split') !== null", list(at))
    page.get_by_role("button", name=re.compile("^Zoom 1")).click()
    assert percent(page) == "100%"
    page.locator("#step-split").focus()
    for _ in range(5):
        page.keyboard.press("-")
    assert percent(page) == "50%" and page.locator("#add-first").is_hidden()
    page.keyboard.press("-"), page.keyboard.press("-")
    assert percent(page) == "30%" and page.locator("#step-fb .step-facts").is_hidden()
    expect(page.locator("#step-fb h2")).to_be_visible()
    page.keyboard.press("+")
    assert percent(page) == "40%"
    page.keyboard.press("0")
    stage, boxes = page.locator(".stage").bounding_box(), page.locator(".step")
    for box in (boxes.nth(at).bounding_box() for at in range(3)):
        assert stage["y"] <= box["y"] and box["y"] + box["height"] <= stage["y"] + stage["height"]


def test_the_view_stays_through_changes_and_when_the_page_is_loaded_again(open_page, connection):
    canvas = large(60)
    page = open_page("Marketer", builder(canvas))
    page.emulate_media(reduced_motion="reduce")
    page.evaluate("window.marker = 'the same page'")
    page.get_by_role("button", name="Zoom out").click()
    page.locator("#step-d30").click(position={"x": 150, "y": 70})
    before = place(page, "#step-d30")
    page.locator("#step-f27 select").select_option("delay")
    page.get_by_role("button", name="Change to Delay").click()
    expect(page.locator("#step-f27 select")).to_have_value("delay")
    expect(page.locator("dialog#dialog")).to_be_hidden()
    assert near(place(page, "#step-d30"), before) and percent(page) == "90%"
    assert page.evaluate("window.marker") == "the same page"
    seen = place(page, "#step-d30")
    expect(page).to_have_url(re.compile("#step-f27$"))
    page.reload()
    assert near(place(page, "#step-d30"), seen) and percent(page) == "90%"
    expect(page.locator("#step-f27")).to_have_attribute("aria-current", "true")


def test_the_minimap_shows_where_one_is_and_moves_the_view(open_page, connection):
    page = open_page("Marketer", builder(small()))
    assert page.locator("[data-minimap]").count() == 0
    page.goto(builder(large()))
    assert page.locator("[data-mini]").count() == 198
    assert page.locator("[data-minimap]").get_attribute("aria-hidden") == "true"
    box = page.locator("[data-minimap] svg").bounding_box()
    drag(page, (box["x"] + 20, box["y"] + 20), (box["x"] + box["width"] / 2, box["y"] + box["height"] - 6))
    expect(page.locator("#step-d195")).to_be_in_viewport()
    view = page.locator("[data-view]").bounding_box()
    assert view["y"] > box["y"] + box["height"] / 2
    page.locator("#step-d195").click(position={"x": 150, "y": 70})
    expect(page.locator(".mini.here")).to_have_attribute("data-mini", "d195")


def test_the_outline_is_the_same_graph_and_is_remembered(open_page, connection):
    page = open_page("Marketer", builder(small()))
    assert page.locator(".outline").count() == 0
    page.get_by_role("button", name="Outline").click()
    expect(page.locator(".outline [data-card]")).to_have_count(3)
    outline = page.get_by_role("button", name="Outline")
    expect(outline).to_have_attribute("aria-pressed", "true")
    expect(outline).to_be_focused()
    assert page.locator(".stage").count() == 0
    page.reload()
    expect(page.locator(".outline [data-card]")).to_have_count(3)
    page.locator(".outline [data-card=split]").focus()
    page.keyboard.press("ArrowDown")
    assert focused(page) == "fb"
    page.get_by_role("button", name="Graph").click()
    expect(page.locator("#step-fb")).to_be_visible()


def test_a_phone_opens_the_outline_and_may_see_the_graph(open_page, connection):
    page = open_page("Marketer", builder(small()), size="phone")
    expect(page.locator(".outline [data-card]")).to_have_count(3)
    page.get_by_role("button", name="Graph").click()
    expect(page.locator("#step-split")).to_be_in_viewport()
    assert violations(page) == []
    page.reload()
    expect(page.locator("#step-split")).to_be_in_viewport()


def test_arrows_walk_along_the_links_and_keep_the_card_in_view(open_page, connection):
    page = open_page("Marketer", builder(large(60)))
    page.emulate_media(reduced_motion="reduce")
    page.locator("#step-d0").focus()
    walked = []
    for key in ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"]:
        page.keyboard.press(key)
        walked.append(focused(page))
    assert walked == ["s0", "f0", "d3", "f0", "s0"] or walked == ["s0", "f0", "d3", "s0", "d0"]
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    card, stage = page.locator(":focus").bounding_box(), page.locator(".stage").bounding_box()
    assert card["y"] + card["height"] <= stage["y"] + stage["height"] - 71
    assert page.locator(".step[aria-current=true]").get_attribute("data-card") == focused(page)
    page.keyboard.press("?")
    page.get_by_role("heading", name="Keys").wait_for()
    page.keyboard.press("Escape")
    assert page.locator(":focus").get_attribute("data-card")
    page.keyboard.press("a")
    page.get_by_role("heading", name="Add a step").wait_for()
    page.keyboard.press("Escape")
    page.locator(".tab", has_text="Basics").focus()
    page.keyboard.press("a")
    expect(page.locator("dialog[open]")).to_have_count(0)


def test_a_type_is_dragged_from_the_palette_onto_a_plus(open_page, connection):
    canvas = small()
    page = open_page("Marketer", builder(canvas))
    page.evaluate("window.marker = 'the same page'")
    start, plus = middle(page, "[data-type][value=delay]"), middle(page, "[data-after=split][data-branch=no]")
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*plus, steps=8)
    expect(page.locator(".ghost")).to_have_text("Delay")
    expect(page.locator(".add.over")).to_have_attribute("data-branch", "no")
    page.keyboard.press("Escape")
    assert page.locator(".ghost").count() == 0
    page.mouse.up()
    drag(page, start, (plus[0] + 20, plus[1] + 15))
    expect(page.locator("#step-delay")).to_be_focused()
    canvas.refresh_from_db()
    assert canvas.edition == 2 and canvas.document["steps"][0]["next"] == {"yes": "fb", "no": "delay"}
    assert page.evaluate("window.marker") == "the same page"


def test_a_card_is_dragged_by_its_head_and_keys_do_what_the_menu_does(open_page, connection):
    canvas = small()
    page = open_page("Marketer", builder(canvas))
    head = page.locator("#step-wait .step-head > .icon").bounding_box()
    drag(page, (head["x"] + 4, head["y"] + 4), middle(page, "[data-after=split][data-branch=no]"))
    expect(page.locator("[data-after=split][data-branch=no][data-end]")).to_have_count(0)
    canvas.refresh_from_db()
    assert {step["key"]: step["next"] for step in canvas.document["steps"]}["split"] == {"yes": "fb", "no": "wait"}
    expect(page.locator("#step-wait")).to_be_focused()
    page.keyboard.press("d")
    expect(page.locator("#step-wait-2, #step-delay")).to_be_focused()
    page.keyboard.press("Delete")
    expect(page.locator(".step")).to_have_count(3)
    page.locator("#step-fb").focus()
    page.keyboard.press("m")
    page.get_by_role("heading", name="Move this step").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    page.get_by_label("Name of the new custom audience").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#step-fb")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.locator(".step")).to_have_count(4)


def test_a_click_in_the_palette_adds_after_the_chosen_step_else_at_the_end(open_page, connection):
    canvas = small()
    page = open_page("Marketer", builder(canvas))
    add = page.get_by_role("complementary", name="Steps to add").get_by_role("button", name="Delay")
    add.click()
    expect(page.locator("#step-delay")).to_be_focused()
    page.locator("#step-split").click(position={"x": 150, "y": 70})
    add.click()
    expect(page.locator("#step-delay-2")).to_be_focused()
    canvas.refresh_from_db()
    links = {step["key"]: step["next"] for step in canvas.document["steps"]}
    assert links["wait"] == {"next": "delay"} and links["split"]["no"] == "delay-2"


def test_the_pointer_on_a_card_lights_its_arrows(open_page, connection):
    page = open_page("Marketer", builder(small()))
    page.locator("#step-fb").hover()
    lit = page.eval_on_selector_all(".links .on", "lines => lines.map((line) => [line.dataset.from, line.dataset.to])")
    assert sorted(filter(lambda ends: ends[0], lit)) == [["fb", "wait"], ["split", "fb"]]


def test_an_empty_canvas_has_one_thing_to_do(open_page, connection):
    page = open_page("Marketer", builder(draft()))
    assert violations(page) == []
    page.get_by_role("button", name="Add a step after the entry").click()
    page.locator("dialog").get_by_role("button", name="Delay").click()
    expect(page.locator("#step-delay")).to_be_focused()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_everybody_can_use_the_graph(open_page, connection, size):
    bad = draft(split({"segment": "Gone"}, "fb"), facebook_step("fb") | {"settings": {}}, audience=None, name="Bad")
    page = open_page("Marketer", builder(bad), size=size)
    for view in ("graph", "outline"):
        page.goto(f"{builder(bad)}?view={view}")
        for scheme in schemes(page):
            assert violations(page) == [], (view, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
