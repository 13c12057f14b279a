"""Each of the four jobs built from an empty Canvas by mouse alone: it becomes what its template would have made."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from audiences import filter_form
from audiences.models import CustomAttribute
from canvas import blueprints
from canvas.models import Canvas
from integrations.facebook.fields import LABELS
from tests.browser.conftest import at_night
from tests.browser.test_builder import add
from tests.cast import ACCOUNT, people

TYPES = {
    "delay": ("Delay", "Edit Delay"), "decision_split": ("Decision Split", "Edit Decision Split"),
    "action_paths": ("Action Paths", "Edit Action Paths"),
    "facebook_audience": ("Facebook Audience Step", "Custom Audience"),
}  # fmt: skip
WAYS, ONLY = {"yes": "Yes", "no": "No"}, ("next", "everyone_else")
IN_CI, AT_NIGHT = "another-channel", ("retarget", "suppress", "lookalike")
"""The one with a split, a delay and a passing on is built in each run, the others at night."""


@pytest.mark.parametrize("name", [IN_CI, *map(at_night, AT_NIGHT)])
def test_every_template_can_be_built_by_mouse(open_page, connection, sandbox, name):
    people(3)
    CustomAttribute.objects.create(name="last_order_at", type="time")
    page, known = open_page("Marketer", "/canvases/new/"), blueprints.Known()
    wanted = blueprints.BLUEPRINTS[name].document(known).source
    canvas = started(page, wanted["name"])
    build(page, wanted["steps"])
    choose_people(page, canvas, wanted["audience"]["filter"])
    launched(page, canvas)
    assert alike(canvas.document) == alike(with_account(wanted))
    assert len(sandbox.audiences()) == 1


def test_no_template_is_forgotten():
    assert {IN_CI, *AT_NIGHT} == set(blueprints.BLUEPRINTS)


def started(page: Page, name: str) -> Canvas:
    page.goto("/canvases/new/")
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Create").click()
    page.wait_for_url("**/build/")
    return Canvas.objects.get(name=name)


def build(page: Page, steps: list[dict]) -> None:
    """Draws the steps while none is set, since they are called by their types then; then sets each."""
    by_key, drawn = {step["key"]: step for step in steps}, {steps[0]["key"]}
    add(page, "after the entry", label(steps[0]))
    for step in steps:
        for branch, target in step["next"].items():
            place = f"after {label(step)}" if branch in ONLY else f"on branch {WAYS[branch]} of {label(step)}"
            lead(page, place, label(by_key[target])) if target in drawn else add(page, place, label(by_key[target]))
            drawn.add(target)
    for step in steps:
        settle(page, step)


def label(step: Mapping[str, Any]) -> str:
    return TYPES[step["type"]][0]


def lead(page: Page, place: str, target: str) -> None:
    page.get_by_role("button", name=f"Add a step {place}", exact=True).locator("visible=true").click()
    dialog = page.locator("dialog#dialog")
    dialog.get_by_text("Or lead to a step that is there").click()
    dialog.locator("details button", has_text=target).first.click()
    expect(dialog).to_be_hidden()


def settle(page: Page, step: Mapping[str, Any]) -> None:
    page.get_by_role("button", name=TYPES[step["type"]][1]).locator("visible=true").click()
    SETTERS[step["type"]](page, step["settings"])
    page.get_by_role("button", name="Done").click()
    expect(page.locator("dialog#dialog")).to_be_hidden()


def set_delay(page: Page, settings: Mapping[str, Any]) -> None:
    page.get_by_label("How long").fill(settings["duration"].strip("PD"))


def set_actions(page: Page, settings: Mapping[str, Any]) -> None:
    page.get_by_label("People wait for at most").fill(settings["window"].strip("PD"))
    for at, action in enumerate(settings["actions"]):
        page.get_by_role("button", name="Add an action").click()
        drawn(page, f"#actions-{at}-name")
        page.locator(f"#actions-{at}-name").fill(action["name"])
        page.locator(f"#actions-{at}-did").select_option("purchase")


def set_split(page: Page, settings: Mapping[str, Any]) -> None:
    page.get_by_label("A filter of its own").check()
    fill_in(page, settings["filter"])


def set_audience(page: Page, settings: Mapping[str, Any]) -> None:
    page.get_by_label("Ad account").select_option(ACCOUNT)
    page.get_by_label("Name of the new custom audience").fill(settings["audience_name"])
    for name in settings["fields"]:
        page.locator(f".match:has(input[value={name}])").click()


SETTERS = {
    "delay": set_delay, "decision_split": set_split, "facebook_audience": set_audience, "action_paths": set_actions,
}  # fmt: skip


def choose_people(page: Page, canvas: Canvas, document: dict) -> None:
    page.goto(f"/canvases/{canvas.pk}/audience/")
    page.get_by_label("A filter of its own").check()
    fill_in(page, document)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name=re.compile("may enter|Nobody is in it now")).wait_for()
    page.goto(f"/canvases/{canvas.pk}/entry/")
    page.get_by_label("At launch").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="People enter when you launch").wait_for()


def fill_in(page: Page, document: dict) -> None:
    """A group of conditions on attributes."""
    [(kind, conditions)] = filter_form.normal(document).items()
    page.locator("#filter-kind").select_option(kind)
    for at, condition in enumerate(conditions):
        still(page)
        page.get_by_role("button", name="Add condition").first.click()
        drawn(page, f"#filter-{at}-attribute")
        page.locator(f"#filter-{at}-attribute").select_option(condition["attribute"])
        drawn(page, f"#filter-{at}-op")
        page.locator(f"#filter-{at}-op").select_option(condition["op"])
        if "value" in condition:
            page.locator(f"#filter-{at}-number").fill(condition["value"].strip("PD"))
        else:
            expect(page.locator(f"#filter-{at}-value")).to_have_count(0)


def drawn(page: Page, selector: str) -> None:
    """It is there, and htmx listens to it: a hand is slower than that."""
    page.locator(selector).wait_for()
    still(page)


def still(page: Page) -> None:
    """Nothing is about to be drawn anew: a button that is would take a click with it."""
    expect(page.locator(".htmx-request, .htmx-added, .htmx-settling, .htmx-swapping")).to_have_count(0)


def launched(page: Page, canvas: Canvas) -> None:
    page.goto(f"/canvases/{canvas.pk}/review/")
    page.get_by_text("with what partners say now").wait_for()
    page.get_by_role("button", name="Launch…").click()
    page.locator("dialog").get_by_role("button", name="Launch").click()
    page.get_by_text("is active.").wait_for()
    canvas.refresh_from_db()


def with_account(document: dict) -> dict:
    steps = [
        step | {"settings": step["settings"] | {"ad_account": ACCOUNT}} if label(step).startswith("Facebook") else step
        for step in document["steps"]
    ]
    return document | {"steps": steps}


def alike(document: dict) -> dict:
    """The document with its steps called by their types, its filters in the form's way, its fields in one order."""
    names = {step["key"]: step["type"] for step in document["steps"]}
    steps = {
        step["type"]: (normal(step["settings"]), {way: names[to] for way, to in step["next"].items()})
        for step in document["steps"]
    }
    audience = filter_form.normal(document["audience"]["filter"])
    return {"name": document["name"], "entry": document["entry"], "audience": audience, "steps": steps}


def normal(settings: Mapping[str, Any]) -> dict:
    made = dict(settings)
    if "filter" in made:
        made["filter"] = filter_form.normal(made["filter"])
    if "fields" in made:
        made["fields"] = sorted(made["fields"], key=list(LABELS).index)
    return made
