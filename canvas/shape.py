"""The shape of a graph: who leads to whom, which arrows would close a loop, and what stands under what.

A step stands under the nearest step that everybody on the way to it has passed (its dominator): so a join stands under
the split whose branches meet in it. The picture and the outline are both drawn from this. Pure, and deterministic.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

ENTRY = ""
"""The key of the entry, which leads to the first step."""


@dataclass(frozen=True)
class Node:
    """A step to be placed: its branches in order, each with the step it leads to, or None where the journey ends."""

    key: str
    ways: Mapping[str, str | None]
    height: int = 92


@dataclass(frozen=True)
class Link:
    """One arrow: an open end has no target; `back` closes a loop."""

    source: str
    branch: str
    target: str | None
    back: bool = False


@dataclass
class Shape:
    """`order` is the reading order, without the entry; `below` lists what stands under a step, ends left out."""

    order: list[str]
    links: list[Link]
    above: dict[str, str]
    layer: dict[str, int]
    below: dict[str, list[str]] = field(default_factory=dict)

    def out(self, key: str) -> list[Link]:
        return self.outgoing.get(key, [])

    def __post_init__(self) -> None:
        self.outgoing: dict[str, list[Link]] = {}
        self.incoming: dict[str, list[Link]] = {}
        for link in self.links:
            self.outgoing.setdefault(link.source, []).append(link)
            if link.target is not None and not link.back:
                self.incoming.setdefault(link.target, []).append(link)

    def is_join(self, key: str) -> bool:
        return len(self.incoming.get(key, ())) > 1


def shape(nodes: Sequence[Node]) -> Shape:
    """Works for any graph: loops, steps that nobody gets to, and no step at all."""
    roots, ways = with_entry(nodes)
    sorted_keys, back = topological(roots, ways)
    links = [Link(key, branch, target, (key, branch) in back) for key in ways for branch, target in ways[key].items()]
    made = Shape([], links, {}, {ENTRY: 0})
    for key in sorted_keys:
        place(made, key)
    made.order = reading_order(made, roots)
    return made


def with_entry(nodes: Sequence[Node]) -> tuple[list[str], dict[str, dict[str, str | None]]]:
    """Every node's ways, the entry's among them, and where a walk has to begin to see all."""
    keys = {node.key for node in nodes}
    ways = {ENTRY: {"next": nodes[0].key if nodes else None}}
    for node in nodes:
        ways[node.key] = {branch: target if target in keys else None for branch, target in node.ways.items()}
    led_to = {target for some in ways.values() for target in some.values()}
    return [ENTRY, *(node.key for node in nodes if node.key not in led_to), *(node.key for node in nodes)], ways


def topological(roots: Sequence[str], ways: Mapping[str, Mapping]) -> tuple[list[str], set[tuple[str, str]]]:
    """Keys so that every arrow points onward, and the arrows (step, branch) that can't: they lead back."""
    finished: list[str] = []
    state: dict[str, str] = {}
    back: set[tuple[str, str]] = set()
    for root in roots:
        stack = [(root, reversed_ways(ways[root]))] if root not in state else []
        state.setdefault(root, "open")
        while stack:
            key, left = stack[-1]
            branch, target = next(left, (None, None))
            if branch is None:
                state[key] = "done"
                finished.append(stack.pop()[0])
            elif target is not None and state.get(target) == "open":
                back.add((key, branch))
            elif target is not None and target not in state:
                state[target] = "open"
                stack.append((target, reversed_ways(ways[target])))
    return finished[::-1], back


def reversed_ways(ways: Mapping[str, str | None]) -> Iterator[tuple[str, str | None]]:
    return reversed(list(ways.items()))


def place(made: Shape, key: str) -> None:
    """Its layer (the longest way to it) and what it stands under; what leads to it has been placed before."""
    if key == ENTRY:
        return
    arrows = made.incoming.get(key, [])
    made.layer[key] = max((made.layer[link.source] + length(made, link) for link in arrows), default=1)
    above = arrows[0].source if arrows else ENTRY
    for link in arrows[1:]:
        above = common(made, above, link.source)
    made.above[key] = above
    made.below.setdefault(above, []).append(key)


def length(made: Shape, link: Link) -> int:
    """A branch of a fork that leads straight into a join takes a layer of its own: its label and plus stand there."""
    return 2 if len(made.out(link.source)) > 1 and made.is_join(link.target) else 1


def common(made: Shape, one: str, other: str) -> str:
    """The nearest step that stands above both."""
    while one != other:
        if made.layer[one] >= made.layer[other]:
            one = made.above.get(one, ENTRY)
        else:
            other = made.above.get(other, ENTRY)
    return one


def reading_order(made: Shape, roots: Sequence[str]) -> list[str]:
    """A step, then its branches one after the other, then where they meet."""
    order: list[str] = []
    stack = [ENTRY]
    while stack:
        key = stack.pop()
        order.append(key)
        stack.extend(reversed(ordered_below(made, key)))
    return order[1:]


def ordered_below(made: Shape, key: str) -> list[str]:
    """What stands under a step: its branches in their order, then the joins, the higher ones first."""
    first = [link.target for link in made.out(key) if leads_alone(made, link)]
    rest = [other for other in made.below.get(key, []) if other not in first]
    return first + sorted(rest, key=lambda other: made.layer[other])


def leads_alone(made: Shape, link: Link) -> bool:
    """Nothing else leads where this arrow leads."""
    return link.target is not None and not link.back and not made.is_join(link.target)
