"""Moving and copying steps: what it makes of a document, and that nothing is lost by it, wherever a step goes."""

from copy import deepcopy

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as some

from canvas import editing, moving
from canvas.checks import find_loop
from canvas.document import parse
from canvas.editing import EditRefused
from tests.canvas.test_editing import ALL, changed, links
from tests.cast import delay, document, facebook_step, split
from tests.often import often


@pytest.fixture
def row() -> dict:
    """a -> split; yes: b -> c, no: d."""
    return document(delay("a", "split"), split(ALL, "b", "d"), delay("b", "c"), delay("c"), delay("d"))


def test_a_step_moves_and_its_followers_close_the_gap(row):
    before = deepcopy(row)
    made = moving.move_step(row, "b", "split", "no")
    assert links(made)["split"] == {"yes": "c", "no": "b"} and links(made)["b"] == {"next": "d"}
    assert row == before and editing.keys(made) == ["a", "split", "b", "c", "d"]


def test_a_step_moves_to_an_end_and_before_the_first(row):
    assert links(moving.move_step(row, "b", "d", "next"))["d"] == {"next": "b"}
    made = moving.move_step(row, "c", "", "next")
    assert editing.keys(made)[0] == "c" and links(made)["c"] == {"next": "a"} and links(made)["b"] == {}
    made = moving.move_step(row, "a", "d", "next")
    assert editing.keys(made)[0] == "split" and links(made)["d"] == {"next": "a"} and links(made)["a"] == {}


def test_a_step_moves_with_all_that_follows(row):
    made = moving.move_step(row, "b", "a", "next", along=True)
    assert links(made)["a"] == {"next": "b"} and links(made)["c"] == {"next": "split"}
    assert links(made)["split"] == {"no": "d"} and editing.keys(made) == ["a", "b", "c", "split", "d"]


def test_a_split_moves_with_its_branches_only(row):
    inner = document(delay("a", "one"), split(ALL, "in", "two", key="one"), split(ALL, "x", "y", key="in"),
                     delay("x"), delay("y"), delay("two"))  # fmt: skip
    assert not moving.moves_alone(inner, "in") and moving.places(inner, "in") == []
    assert moving.moves_along(inner, "in") == ["x", "y"]
    made = moving.move_step(inner, "in", "two", "next", along=True)
    assert links(made)["two"] == {"next": "in"} and links(made)["one"] == {"no": "two"}
    assert links(made)["in"] == {"yes": "x", "no": "y"}


def test_a_join_stays_joined_when_the_split_moves_away(row):
    joined = document(delay("a", "one"), split(ALL, "in", "end", key="one"), split(ALL, "x", "end", key="in"),
                      delay("x", "end"), delay("end"))  # fmt: skip
    assert moving.moves_along(joined, "in") == ["x"]
    places = moving.places(joined, "in", along=True)
    assert places == []
    free = editing.link(joined, "x", "next", "")
    made = moving.move_step(free, "in", "a", "next", along=True)
    assert links(made) == {"a": {"next": "in"}, "in": {"yes": "x", "no": "end"}, "x": {"next": "one"},
                           "one": {"no": "end"}, "end": {}}  # fmt: skip


def test_what_makes_no_sense_is_refused(row):
    for key, place in (("b", ("b", "next")), ("b", ("split", "yes")), ("split", ("d", "next")), ("a", ("", "next"))):
        assert place not in moving.places(row, key)
        with pytest.raises(EditRefused, match="can't go there"):
            moving.move_step(row, key, *place)
    with pytest.raises(EditRefused, match="can't go there"):
        moving.move_step(row, "split", "b", "next", along=True)
    for key, after in (("gone", "a"), ("a", "gone")):
        with pytest.raises(EditRefused, match="is not there any more"):
            moving.move_step(row, key, after, "next")
    assert moving.places(document(delay("alone")), "alone") == []


def test_a_copy_comes_right_after_with_the_same_settings(row):
    made, key = moving.duplicate_step(row, "b")
    assert links(made)["b"] == {"next": key} and links(made)[key] == {"next": "c"}
    assert editing.step_in(made, key)["settings"] == {"duration": "PT1H"}
    made, key = moving.duplicate_step(row, "split")
    assert links(made)["split"] == {"yes": key, "no": "d"} and links(made)[key] == {"yes": "b"}


def test_the_copy_of_a_facebook_step_has_an_audience_name_of_its_own():
    made, names = document(facebook_step("fb")), []
    for key in ("fb", "fb", "facebook-audience"):
        made, twin = moving.duplicate_step(made, key)
        names.append(editing.step_in(made, twin)["settings"]["audience_name"])
    assert names == ["Win back (copy)", "Win back (copy 2)", "Win back (copy) (copy)"]
    unset = document(facebook_step("fb") | {"settings": {}})
    assert editing.step_in(moving.duplicate_step(unset, "fb")[0], "facebook-audience")["settings"] == {}


CHANGE = some.tuples(some.sampled_from(["add", "link", "type", "delete"]), some.integers(0, 99))
CHANGES = some.lists(CHANGE, min_size=3, max_size=25)


@given(CHANGES, some.integers(0, 999), some.booleans())
@settings(max_examples=often(120), deadline=None)
def test_wherever_a_step_goes_no_step_is_lost_and_no_loop_arises(changes, number, along):
    made = document(delay("a", "b"), split(ALL, "c", "d", key="b"), delay("c"), delay("d"))
    for verb, at in changes:
        made = changed(made, verb, at)
    choices = [(key, place) for key in editing.keys(made) for place in moving.places(made, key, along)]
    assume(choices)
    key, place = choices[number % len(choices)]
    moved = moving.move_step(made, key, *place, along=along)
    assert parse(moved) and not find_loop({key: list(targets.values()) for key, targets in links(moved).items()})
    assert set(editing.keys(moved)) == set(editing.keys(made)) and len(moved["steps"]) == len(made["steps"])
    after = editing.reached(moved, editing.first_of(moved))
    assert editing.reached(made, editing.first_of(made)) <= after and key in after
    assert links(moved).get(place[0], {}).get(place[1], editing.first_of(moved)) == key


@given(CHANGES, some.integers(0, 999))
@settings(max_examples=often(60), deadline=None)
def test_a_copy_changes_nothing_but_the_arrow_it_stands_on(changes, number):
    made = document(delay("a", "b"), split(ALL, "c", "d", key="b"), delay("c"), delay("d"))
    for verb, at in changes:
        made = changed(made, verb, at)
    assume(made["steps"])
    key = editing.keys(made)[number % len(made["steps"])]
    copied, twin = moving.duplicate_step(made, key)
    assert parse(copied) and not find_loop({key: list(targets.values()) for key, targets in links(copied).items()})
    branch = editing.branches_of(editing.step_in(made, key))[0]
    assert links(copied)[key] == links(made)[key] | {branch: twin}
    assert editing.delete_step(copied, twin, links(made)[key].get(branch, "")) == made or not links(made)[key].get(
        branch
    )
