"""The graph as pages show it: the outline says each step once, nested as its branches are; words for people."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from canvas import describe
from canvas.board import Board
from canvas.document import Draft, read
from canvas.models import Canvas
from tests.cast import delay, document, facebook_step, split
from tests.conftest import NOON
from tests.often import often

FRENCH = {"attribute": "country", "op": "is", "value": "FR"}


def board(*steps: dict, **more) -> Board:
    return Board(Draft(read(document(*steps, **more)), NOON, Canvas(pk=7)), [])


def lines(made: Board) -> list[str]:
    return [line.card.step.key if line.kind == "step" else line.kind for line in made.outline]


@some.composite
def splits(draw_from) -> list[dict]:
    """Steps of one or two branches that lead anywhere, loops and lost steps among them."""
    count = draw_from(some.integers(0, 14))
    target = some.one_of(some.none(), some.sampled_from([f"s{at}" for at in range(count)] or [None]))
    made = []
    for at in range(count):
        ways = draw_from(some.lists(target, min_size=1, max_size=2))
        made.append(delay(f"s{at}", *ways) if len(ways) == 1 else split(FRENCH, *ways, key=f"s{at}"))
    return made


@given(splits())
@settings(max_examples=often(60), deadline=None)
def test_the_outline_says_each_step_once_and_is_well_nested(steps):
    said = lines(board(*steps))
    assert Counter(one for one in said if one.startswith("s")) == Counter(step["key"] for step in steps)
    depths = [said[:at].count("open") - said[:at].count("close") for at in range(len(said) + 1)]
    assert min(depths) == 0 == depths[-1]


def test_branches_stand_in_the_outline_with_what_follows_and_where_they_meet():
    made = board(delay("a", "s"), split(FRENCH, "b", "c", key="s"), delay("b", "c"), delay("c"), delay("lost"))
    expected = ["a", "s", "open", "b", "leads", "close", "open", "leads", "close", "meet", "c", "meet", "lost"]
    assert lines(made) == expected
    assert [line.label for line in made.outline if line.kind == "meet"] == ["Branches meet here", "Nobody gets here"]


def test_a_chain_of_a_thousand_steps_is_no_trouble():
    assert len(board(*(delay(f"s{at}", f"s{at + 1}" if at < 999 else None) for at in range(1000))).outline) == 1000


@pytest.mark.django_db
def test_cards_say_what_is_set_and_what_is_not():
    made = board(facebook_step("fb", "wait", fields=["phone", "email"]), delay("wait") | {"settings": {}})
    facebook, wait = made.cards
    texts = [fact.text for fact in facebook.facts]
    assert texts == ["Win back", "act_1001", "E-mail, Phone"] and not any(fact.missing for fact in facebook.facts)
    assert (facebook.step.title, wait.summary) == ("Facebook Audience Step: Win back", "Not set yet")
    assert [plus.words for plus in wait.pluses] == ["after Delay"]


def test_words_for_parts_of_a_document():
    assert (
        describe.entry(None) == "No start yet" and describe.entry({"type": "scheduled", "at": "launch"}) == "At launch"
    )
    assert describe.entry({"type": "scheduled", "at": "2026-12-01T09:00:00Z"}) == "1 Dec 2026, 09:00"
    assert describe.reentry({"allowed": True, "after": "P1D"}) == "Again after 1 day"
    assert describe.reentry(None) == "Everybody once"
    assert describe.audience({"filter": {"all": []}}) == "Everybody" and describe.audience({"segment": "VIP"}) == "VIP"
    assert describe.audience({"filter": {"all": [FRENCH, {"not": {"any": [FRENCH]}}]}}) == "2 conditions"
    assert describe.filter({"any": []}) == "0 conditions" and describe.filter(3) == "Unreadable filter"
