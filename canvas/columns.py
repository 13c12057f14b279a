"""Which column each step of a graph stands in, and each arrow's lane: the x of the picture.

What stands under a step (`shape`) is packed as a block, block beside block, so nothing overlaps: a step over the middle
of its branches, a join under the middle of what leads to it.
"""

from .shape import ENTRY, Link, Shape, leads_alone, ordered_below

CARD, GAP, MARGIN = 280, 40, 20
WIDTHS = {"card": CARD, "end": 180, "lane": 20, "branch": 120}

Contour = dict[int, tuple[float, float]]
"""How far a block reaches to the left and to the right in each layer."""


class Columns:
    """The x of every step and of every arrow's lane."""

    def __init__(self, made: Shape) -> None:
        self.shape = made
        self.beside: dict[str, float] = {}
        self.lane: dict[Link, float] = {}
        self.blocks: dict[str, Contour] = {}
        for key in reversed([ENTRY, *made.order]):
            self.blocks[key] = self.block(key)
        self.x = self.absolute()

    def block(self, key: str) -> Contour:
        """The step and all that stands under it, the step at 0."""
        columns = self.columns(key)
        block = self.pack(key, columns)
        for join in ordered_below(self.shape, key):
            if join not in self.beside:
                self.beside[join] = self.free_place(block, self.blocks[join], self.middle(join, key))
                widen(block, self.blocks[join], self.beside[join])
        return block

    def columns(self, key: str) -> list[tuple[Link | str, Contour]]:
        """What hangs from the step, left to right: a step's block, a lane to a join, or an open end."""
        made: list[tuple[Link | str, Contour]] = []
        for link in self.shape.out(key):
            if leads_alone(self.shape, link):
                made.append((link, self.blocks[link.target]))
            elif not link.back and (contour := self.lane_of(link)):
                made.append((link, contour))
        if key == ENTRY:
            alone = [other for other in self.shape.below.get(ENTRY, []) if other not in self.shape.incoming]
            made.extend((other, self.blocks[other]) for other in alone)
        return made

    def lane_of(self, link: Link) -> Contour:
        first = self.shape.layer[link.source] + 1
        if link.target is None:
            return {first: span("end")}
        kinds = ["branch" if len(self.shape.out(link.source)) > 1 else "lane"]
        layers = range(first, self.shape.layer[link.target])
        return {layer: span((kinds + ["lane"] * len(layers))[at]) for at, layer in enumerate(layers)}

    def pack(self, key: str, columns: list[tuple[Link | str, Contour]]) -> Contour:
        """Puts the columns beside each other as near as they go, the step over the middle of its own."""
        packed: Contour = {}
        places = []
        for _, contour in columns:
            place = max((packed[row][1] + GAP - low for row, (low, _) in contour.items() if row in packed), default=0)
            places.append(place)
            widen(packed, contour, place)
        own = [place for place, (what, _) in zip(places, columns, strict=True) if isinstance(what, Link)]
        middle = (own[0] + own[-1]) / 2 if own else 0
        for place, (what, _) in zip(places, columns, strict=True):
            self.settle(what, place - middle)
        moved = {row: (low - middle, high - middle) for row, (low, high) in packed.items()}
        return {self.shape.layer[key]: span("card")} | moved

    def settle(self, what: Link | str, x: float) -> None:
        if isinstance(what, str):
            self.beside[what] = x
            return
        self.lane[what] = x
        if leads_alone(self.shape, what):
            self.beside[what.target] = x

    def middle(self, join: str, key: str) -> float:
        """The middle of what leads to the join, as seen from the step that it stands under."""
        ends = [self.seen_from(link, key) for link in self.shape.incoming[join]]
        return (min(ends) + max(ends)) / 2

    def seen_from(self, link: Link, key: str) -> float:
        x, step = self.lane.get(link, 0), link.source
        while step != key:
            x += self.beside[step]
            step = self.shape.above[step]
        return x

    def free_place(self, block: Contour, other: Contour, wish: float) -> float:
        """The place for `other` nearest to the wish that is free beside the block."""
        shared = block.keys() & other.keys()
        if not shared:
            return wish
        right = max(block[row][1] + GAP - other[row][0] for row in shared)
        left = min(block[row][0] - GAP - other[row][1] for row in shared)
        if wish >= right or wish <= left:
            return wish
        return right if right - wish <= wish - left else left

    def absolute(self) -> dict[str, int]:
        x: dict[str, float] = {ENTRY: 0}
        for key in self.shape.order:
            x[key] = x[self.shape.above[key]] + self.beside[key]
        left = min(low for low, _ in self.blocks[ENTRY].values())
        return {key: round(place - left) + MARGIN for key, place in x.items()}

    def of_lane(self, link: Link) -> int:
        return round(self.x[link.source] + self.lane.get(link, 0))

    @property
    def width(self) -> int:
        spans = self.blocks[ENTRY].values()
        return round(max(high for _, high in spans) - min(low for low, _ in spans)) + 2 * MARGIN


def span(kind: str) -> tuple[float, float]:
    return -WIDTHS[kind] / 2, WIDTHS[kind] / 2


def widen(block: Contour, other: Contour, shift: float) -> None:
    for row, (low, high) in other.items():
        here = block.get(row, (low + shift, high + shift))
        block[row] = (min(here[0], low + shift), max(here[1], high + shift))
