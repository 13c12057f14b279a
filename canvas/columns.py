"""Which column each step of a graph stands in, and each arrow's lane: the x of the picture.

What stands under a step (`shape`) is packed as a block, block beside block, so nothing overlaps: a step over the middle
of its branches, a join under the middle of what leads to it. A block's inside depends on nothing outside it: a step
that is added elsewhere moves it as a whole or not at all.
"""

from dataclasses import dataclass, field

from .shape import ENTRY, Link, Shape, leads_alone, ordered_below

CARD, GAP, MARGIN, LABEL = 280, 40, 20, 144
WIDTHS = {"card": CARD, "end": 180, "lane": 24, "branch": LABEL}

Contour = dict[int, tuple[int, int]]
"""How far something reaches to the left and to the right in each row: the even ones are those of cards, the odd ones
the room under them, where arrows bend and labels and pluses stand."""


@dataclass
class Block:
    """What is packed together. `leaving` are its lanes to joins, by the step that their join stands under: the rows in
    which they begin, and there they go down."""

    reach: Contour = field(default_factory=dict)
    leaving: dict[str, Contour] = field(default_factory=dict)

    def clear(self, key: str, last_row: int) -> Contour:
        """What has to be kept clear under `key`: lanes to joins further out all the way down, wherever those stand."""
        contour = dict(self.reach)
        for above, lanes in self.leaving.items():
            wide: Contour = {}
            for row in range(min(lanes), last_row) if above != key else ():
                widen(wide, {0: lanes[row]} if row in lanes else {}, 0)
                widen(contour, {row: wide[0]}, 0)
        return contour

    def add(self, other: "Block", shift: int) -> None:
        widen(self.reach, other.reach, shift)
        for above, lanes in other.leaving.items():
            widen(self.leaving.setdefault(above, {}), lanes, shift)


class Columns:
    """The x of every step and of every arrow's lane."""

    def __init__(self, made: Shape) -> None:
        self.shape = made
        self.last_row = 2 * max(made.layer.values()) + 3
        self.beside: dict[str, int] = {}
        self.lane: dict[Link, int] = {}
        self.blocks: dict[str, Block] = {}
        for key in reversed([ENTRY, *made.order]):
            self.blocks[key] = self.block(key)
        self.x = self.absolute()

    def block(self, key: str) -> Block:
        """The step and all that stands under it, the step at 0."""
        block = self.pack(key, self.columns(key))
        joins = [join for join in ordered_below(self.shape, key) if join not in self.beside]
        clear = block.clear(key, self.last_row) if joins else {}
        for join in joins:
            other = self.blocks.pop(join)
            below = other.clear(key, self.last_row)
            self.beside[join] = free_place(clear, below, self.middle(join, key))
            widen(clear, below, self.beside[join])
            block.add(other, self.beside[join])
        block.leaving.pop(key, None)
        return block

    def columns(self, key: str) -> list[tuple[Link | str, Block]]:
        """What hangs from the step, left to right: a step's block, a lane to a join, or an open end."""
        made = [(link, self.column(link)) for link in self.shape.out(key) if not link.back]
        if key == ENTRY:
            alone = [other for other in self.shape.below.get(ENTRY, []) if other not in self.shape.incoming]
            made.extend((other, self.blocks.pop(other)) for other in alone)
        return made

    def column(self, link: Link) -> Block:
        """The room for its label and plus, and what comes below."""
        alone = leads_alone(self.shape, link)
        column, room = self.blocks.pop(link.target) if alone else Block(), self.row(link.source) + 1
        column.reach[room] = span("branch" if len(self.shape.out(link.source)) > 1 else "lane")
        if link.target is None:
            column.reach[room + 1] = span("end")
        elif not alone:
            column.reach |= dict.fromkeys(range(room + 1, self.row(link.target)), span("lane"))
            column.leaving[self.shape.above[link.target]] = {room + 1: span("lane")}
        return column

    def row(self, key: str) -> int:
        return 2 * self.shape.layer[key]

    def pack(self, key: str, columns: list[tuple[Link | str, Block]]) -> Block:
        """Puts the columns beside each other as near as they go, the step over the middle of its own."""
        places = self.side_by_side(key, [column for _, column in columns])
        own = [place for place, (what, _) in zip(places, columns, strict=True) if isinstance(what, Link)]
        middle = (own[0] + own[-1]) // 2 if own else 0
        block = columns[0][1] if len(columns) == 1 else Block()
        for place, (what, column) in zip(places, columns, strict=True):
            self.settle(what, place - middle)
            if column is not block:
                block.add(column, place - middle)
        block.reach[self.row(key)] = span("card")
        return block

    def side_by_side(self, key: str, columns: list[Block]) -> list[int]:
        packed: Contour = {}
        places = [0] * len(columns)
        for at, column in enumerate(columns if len(columns) > 1 else ()):
            clear = column.clear(key, self.last_row)
            wanted = (packed[row][1] + GAP - low for row, (low, _) in clear.items() if row in packed)
            places[at] = max(wanted, default=0)
            widen(packed, clear, places[at])
        return places

    def settle(self, what: Link | str, x: int) -> None:
        if isinstance(what, str):
            self.beside[what] = x
            return
        self.lane[what] = x
        if leads_alone(self.shape, what):
            self.beside[what.target] = x

    def middle(self, join: str, key: str) -> int:
        """The middle of what leads to the join, as seen from the step that it stands under."""
        ends = [self.seen_from(link, key) for link in self.shape.incoming[join]]
        return (min(ends) + max(ends)) // 2

    def seen_from(self, link: Link, key: str) -> int:
        x, step = self.lane.get(link, 0), link.source
        while step != key:
            x += self.beside[step]
            step = self.shape.above[step]
        return x

    def absolute(self) -> dict[str, int]:
        x = {ENTRY: 0}
        for key in self.shape.order:
            x[key] = x[self.shape.above[key]] + self.beside[key]
        left = min(low for low, _ in self.blocks[ENTRY].reach.values())
        return {key: place - left + MARGIN for key, place in x.items()}

    def of_lane(self, link: Link) -> int:
        return self.x[link.source] + self.lane.get(link, 0)

    @property
    def width(self) -> int:
        spans = self.blocks[ENTRY].reach.values()
        return max(high for _, high in spans) - min(low for low, _ in spans) + 2 * MARGIN


def free_place(block: Contour, other: Contour, wish: int) -> int:
    """The place for `other` nearest to the wish that is free beside the block."""
    shared = block.keys() & other.keys()
    if not shared:
        return wish
    right = max(block[row][1] + GAP - other[row][0] for row in shared)
    left = min(block[row][0] - GAP - other[row][1] for row in shared)
    if wish >= right or wish <= left:
        return wish
    return right if right - wish <= wish - left else left


def span(kind: str) -> tuple[int, int]:
    return -WIDTHS[kind] // 2, WIDTHS[kind] // 2


def widen(contour: Contour, other: Contour, shift: int) -> None:
    for row, (low, high) in other.items():
        here = contour.get(row, (low + shift, high + shift))
        contour[row] = (min(here[0], low + shift), max(here[1], high + shift))
