"""Changes of a document: what they make of it, and what they refuse. The document that came stays as it was."""

from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from canvas import editing
from canvas.document import parse
from canvas.editing import EditRefused
from tests.cast import delay, document, split
from tests.often import often

ALL = {"all": []}


@pytest.fixture
def joined() -> dict:
    """a -> split, whose branches (yes: b, no: straight on) meet in c."""
    return {"name": "Win back", "steps": [delay("a", "split"), split(ALL, "b", "c"), delay("b", "c"), delay("c")]}


def links(made: dict) -> dict[str, dict]:
    return {step["key"]: step.get("next", {}) for step in made["steps"]}


def test_the_first_step_of_an_empty_canvas():
    made, key = editing.add_step({"name": "Win back"}, "delay")
    assert made["steps"] == [{"key": key, "type": "delay", "settings": {}, "next": {}}] and key == "delay"


def test_keys_are_made_from_the_type_and_numbered():
    made, _ = editing.add_step({"name": "Win back"}, "facebook_audience")
    made, second = editing.add_step(made, "facebook_audience", "facebook-audience")
    assert second == "facebook-audience-2"
    made = editing.delete_step(made, "facebook-audience", second)
    assert editing.add_step(made, "facebook_audience")[1] == "facebook-audience"


def test_a_step_on_an_arrow_goes_between(joined):
    before = deepcopy(joined)
    made, key = editing.add_step(joined, "delay", "split", "no")
    assert links(made)["split"] == {"yes": "b", "no": key} and links(made)[key] == {"next": "c"}
    assert joined == before


def test_a_step_before_the_first_becomes_the_first(joined):
    made, key = editing.add_step(joined, "decision_split")
    assert editing.keys(made)[0] == key and links(made)[key] == {"yes": "a"}


def test_a_new_type_keeps_the_links_it_can_and_drops_the_settings(joined):
    made = editing.change_type(joined, "split", "delay")
    assert links(made)["split"] == {"next": "b"} and editing.step_in(made, "split")["settings"] == {}
    assert links(editing.change_type(made, "split", "decision_split"))["split"] == {"yes": "b"}


def test_a_branch_joins_a_later_step_and_can_be_let_go(joined):
    made = editing.link(joined, "split", "yes", "c")
    assert links(made)["split"] == {"yes": "c", "no": "c"}
    assert links(editing.link(made, "split", "yes", ""))["split"] == {"no": "c"}
    assert editing.keys(editing.link(joined, "", "next", "b"))[0] == "b"


def test_a_loop_is_refused(joined):
    assert editing.possible_targets(joined, "b") == ["c"]
    for target in ("a", "b", "split"):
        with pytest.raises(EditRefused, match="circle"):
            editing.link(joined, "b", "next", target)


def test_deleting_joins_through(joined):
    made = editing.delete_step(joined, "a", "split")
    assert editing.keys(made) == ["split", "b", "c"]
    assert links(editing.delete_step(joined, "b", "c"))["split"] == {"yes": "c", "no": "c"}


def test_deleting_takes_along_what_only_it_led_to(joined):
    assert editing.only_through(joined, "split", "c") == ["b"]
    assert editing.keys(editing.delete_step(joined, "split", "c")) == ["a", "c"]
    assert editing.keys(editing.delete_step(joined, "split")) == ["a"]
    assert editing.keys(editing.delete_step(joined, "b")) == ["a", "split", "c"]
    assert editing.keys(editing.delete_step(joined, "a")) == []


def test_deleting_leaves_steps_alone_that_nobody_got_to_before(joined):
    lost = joined | {"steps": [*joined["steps"], delay("lost", "tail"), delay("tail")]}
    assert editing.keys(editing.delete_step(lost, "a", "split")) == ["split", "b", "c", "lost", "tail"]
    assert editing.keys(editing.delete_step(lost, "lost")) == ["a", "split", "b", "c"]


def test_what_is_not_there_is_refused(joined):
    for refused in (
        lambda: editing.add_step(joined, "delay", "gone"),
        lambda: editing.add_step(joined, "delay", "split", "maybe"),
        lambda: editing.add_step(joined, "teleport"),
        lambda: editing.link(joined, "a", "next", "gone"),
        lambda: editing.link(joined, "", "next", ""),
        lambda: editing.delete_step(joined, "a", "c"),
        lambda: editing.set_settings(joined, "gone", {}),
    ):
        with pytest.raises(EditRefused):
            refused()


def test_settings_name_and_parts(joined):
    made = editing.set_settings(joined, "a", {"duration": "P1D"})
    assert editing.step_in(made, "a")["settings"] == {"duration": "P1D"}
    assert editing.rename(joined, "New")["name"] == "New"
    made = editing.set_part(joined, "audience", {"segment": "Lapsed"})
    assert made["audience"] == {"segment": "Lapsed"} and "audience" not in editing.set_part(made, "audience", None)


@given(some.lists(some.tuples(some.sampled_from(["add", "link", "type", "delete"]), some.integers(0, 99)), max_size=25))
@settings(max_examples=often(60), deadline=None)
def test_whatever_is_done_the_document_stays_one_without_loops(changes):
    made = document()
    for verb, number in changes:
        made = changed(made, verb, number)
        parse(made | {"audience": None})
        assert all(key not in editing.possible_targets(made, key) for key in editing.keys(made))


def changed(made: dict, verb: str, number: int) -> dict:
    """One of the four changes, at a place that the number picks."""
    keys = ["", *editing.keys(made)]
    key = keys[number % len(keys)]
    branches = editing.branches_of(editing.step_in(made, key)) if key else ("next",)
    branch, step_type = branches[number % len(branches)], ("delay", "decision_split")[number % 2]
    if verb == "add":
        return editing.add_step(made, step_type, key, branch)[0]
    if verb == "link":
        targets = editing.possible_targets(made, key)
        return editing.link(made, key, branch, targets[number % len(targets)]) if targets else made
    if not key:
        return made
    if verb == "type":
        return editing.change_type(made, key, step_type)
    onto = [*editing.step_in(made, key)["next"].values(), ""]
    return editing.delete_step(made, key, onto[number % len(onto)])
