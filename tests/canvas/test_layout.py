"""The picture of a graph: nothing overlaps, arrows go down, lines keep clear of cards; whatever graph comes."""

import time
from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as some

from canvas.columns import CARD
from canvas.layout import draw, label_width, svg_path
from canvas.shape import ENTRY, Node, shape
from tests.often import often

HEIGHTS = (92, 176)


def node(key: str, *targets: str | None, height: int = 92) -> Node:
    branches = ("next",) if len(targets) < 2 else tuple(f"way {at}" + " on" * 4 * at for at in range(len(targets)))
    return Node(key, dict(zip(branches, targets or (None,), strict=True)), height)


@some.composite
def graphs(draw_from, loops: bool = False) -> list[Node]:
    """Up to 25 steps of one to four branches, which end, lead on, or meet anywhere later (with loops: anywhere)."""
    count = draw_from(some.integers(0, 25))
    made = []
    for at in range(count):
        last = [f"s{other}" for other in range(0 if loops else at + 1, count)]
        target = some.one_of(some.none(), some.sampled_from(last)) if last else some.none()
        targets = draw_from(some.lists(target, min_size=1, max_size=4))
        made.append(node(f"s{at}", *targets, height=draw_from(some.sampled_from(HEIGHTS))))
    return made


def boxes(picture) -> list[tuple[int, int, int, int]]:
    return [(card.x, card.y, card.x + card.width, card.y + card.height) for card in [picture.entry, *picture.cards]]


def apart(one, other) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


@given(graphs())
@settings(max_examples=often(60), deadline=None)
def test_no_card_overlaps_another_and_all_are_in_the_picture(nodes):
    picture = draw(nodes)
    all_boxes = boxes(picture)
    assert len(all_boxes) == len(nodes) + 1
    assert all(apart(one, other) for at, one in enumerate(all_boxes) for other in all_boxes[:at])
    assert all(min(x, y) >= 0 and x2 <= picture.width and y2 <= picture.height for x, y, x2, y2 in all_boxes)


@given(graphs())
@settings(max_examples=often(60), deadline=None)
def test_arrows_go_down_and_never_through_a_card(nodes):
    picture = draw(nodes)
    for line in picture.lines:
        for one, other in pairwise(line.points):
            assert other[1] >= one[1]
            low, high = sorted((one, other))
            piece = (low[0], one[1], high[0], other[1])
            assert all(apart(piece, box) for box in boxes(picture)), (piece, line)


@given(graphs(loops=True))
@settings(max_examples=often(60), deadline=None)
def test_every_graph_is_drawn_whole_with_a_plus_on_every_arrow(nodes):
    picture = draw(nodes)
    assert {card.key for card in picture.cards} == {one.key for one in nodes}
    links = {(link.source, link.branch) for link in (mark.link for mark in picture.pluses)}
    assert links == {(ENTRY, "next")} | {(one.key, branch) for one in nodes for branch in one.ways}
    assert all(apart(one, other) for at, one in enumerate(boxes(picture)) for other in boxes(picture)[:at])


@given(graphs(loops=True))
@settings(max_examples=often(40), deadline=None)
def test_the_same_graph_always_gives_the_same_picture(nodes):
    assert draw(nodes) == draw(list(nodes))


@given(graphs())
@settings(max_examples=often(40), deadline=None)
def test_pluses_keep_clear_of_each_other_and_of_cards(nodes):
    marks = [(plus.x - 12, plus.y - 12, plus.x + 12, plus.y + 12) for plus in draw(nodes).pluses]
    assert all(apart(one, other) for at, one in enumerate(marks) for other in marks[:at])
    assert all(apart(mark, box) for mark in marks for box in boxes(draw(nodes)))


@given(graphs(loops=True))
@settings(max_examples=often(60), deadline=None)
def test_labels_keep_clear_of_each_other_of_pluses_and_of_cards(nodes):
    picture = draw(nodes)
    sized = [(mark, label_width(mark.link) // 2) for mark in picture.labels]
    labels = [(mark.x - half, mark.y - 10, mark.x + half, mark.y + 10) for mark, half in sized]
    pluses = [(plus.x - 12, plus.y - 12, plus.x + 12, plus.y + 12) for plus in picture.pluses]
    assert all(apart(one, other) for at, one in enumerate(labels) for other in labels[:at])
    assert all(apart(label, other) for label in labels for other in [*pluses, *boxes(picture)])


def below(made, key: str) -> set[str]:
    """The block of a step: itself and all that stands under it."""
    return {key}.union(*(below(made, other) for other in made.below.get(key, [])))


def places(nodes: list[Node]) -> tuple:
    return shape(nodes), {card.key: card for card in draw(nodes).cards}


@some.composite
def additions(draw_from) -> tuple[list[Node], list[Node]]:
    """A graph, and the same with one more step on one of its arrows or at one of its open ends."""
    nodes = draw_from(graphs().filter(bool))
    at = draw_from(some.integers(0, len(nodes) - 1))
    branch = draw_from(some.sampled_from(list(nodes[at].ways)))
    new = node("new", nodes[at].ways[branch], *draw_from(some.sampled_from([(), (None,), (None, None)])))
    changed = replace(nodes[at], ways={**nodes[at].ways, branch: "new"})
    return nodes, [*nodes[:at], changed, *nodes[at + 1 :], new]


@given(additions())
@settings(max_examples=often(150), deadline=None)
def test_a_step_that_is_added_moves_nothing_within_the_blocks_that_it_is_not_in(two):
    """A block (a step and all that stands under it) stays as it is, to the pixel from left to right and row by row,
    unless the new step stands in it; and branches keep their order from left to right."""
    (before, old), (after, new) = map(places, two)
    for key in before.order:
        block = below(before, key)
        if "new" in below(after, key):
            continue
        assert {other: old[other].x - old[key].x for other in block} == {
            other: new[other].x - new[key].x for other in block
        }
        assert {before.layer[other] - before.layer[key] for other in block} == {
            after.layer[other] - after.layer[key] for other in block
        }
    for one, other in combinations(before.order, 2):
        beside = before.above[one] == before.above[other] == after.above[one] == after.above[other]
        if beside and not before.is_join(one) and not before.is_join(other):
            assert (old[one].x < old[other].x) == (new[one].x < new[other].x)


def test_a_chain_stands_straight_under_the_entry():
    picture = draw([node("a", "b"), node("b", "c", height=176), node("c")])
    assert {card.x for card in picture.cards} == {picture.entry.x}
    assert [card.y for card in picture.cards] == [128, 272, 500]
    assert (picture.width, len(picture.ends)) == (CARD + 40, 1)


def test_a_split_stands_over_the_middle_of_its_branches_and_their_join_under_it():
    picture = draw([node("split", "a", "b"), node("a", "join"), node("b", "c"), node("c", "join"), node("join")])
    x = {card.key: card.x for card in picture.cards}
    assert x["split"] == x["join"] == (x["a"] + x["b"]) / 2 and x["b"] == x["c"] == x["a"] + CARD + 40
    assert len(picture.joints) == 1 and len(picture.labels) == 2


def test_both_branches_into_one_step_keep_a_lane_each():
    picture = draw([node("split", "join", "join"), node("join")])
    assert len({plus.x for plus in picture.pluses if plus.link.source == "split"}) == 2


def test_reading_order_is_branch_by_branch_and_then_where_they_meet():
    nodes = [node("split", "a", "b"), node("join"), node("b", "join"), node("a", "join"), node("lost")]
    assert shape(nodes).order == ["split", "a", "b", "join", "lost"]


def test_two_hundred_steps_are_quick():
    splits = [node(f"s{at}", f"s{2 * at + 1}", f"s{2 * at + 2}") for at in range(99)]
    ladder = [node(f"s{at}", f"s{at + 1}", f"s{at + 2}" if at < 197 else None) for at in range(198)]
    chain = [node(f"s{at}", f"s{at + 1}") for at in range(999)]
    started = time.process_time()
    for nodes, last in ((splits, range(99, 199)), (ladder, range(198, 199)), (chain, [999])):
        draw(nodes + [node(f"s{at}") for at in last])
    assert time.process_time() - started < 3


def test_a_line_is_rounded_at_its_corners():
    assert svg_path([(0, 0), (0, 40), (60, 40), (60, 90)]) == "M0 0L0 30Q0 40 10 40L50 40Q60 40 60 50L60 90"
    assert svg_path([(5, 0), (5, 9)]) == "M5 0L5 9"
