"""Where everything in the picture of a graph stands: by arithmetic, since all sizes are fixed. Pure and deterministic.

Layers are rows: a step's is the longest way to it; `columns` says what stands where in them. An arrow keeps a lane of
its own down to where it joins, and goes across only between rows, so it never crosses a card. Arrows that close a loop
go round on the right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from .columns import CARD, GAP, LABEL, MARGIN, Columns
from .shape import ENTRY, Link, Node, Shape, shape

ENTRY_HEIGHT, END_HEIGHT = 56, 44
ROW, FORK_ROW = 52, 76
FORK, JOIN, TRACK = 22, 30, 12


@dataclass(frozen=True)
class Card:
    """A step's card; x and y are its upper left corner."""

    key: str
    x: int
    y: int
    height: int
    width: int = CARD


@dataclass(frozen=True)
class Mark:
    """Something small in the picture, by its centre: a branch's label, a plus on an arrow or at an open end."""

    x: int
    y: int
    link: Link


@dataclass(frozen=True)
class Line:
    """An arrow, by its corners."""

    link: Link
    points: Sequence[tuple[int, int]]

    @property
    def path(self) -> str:
        return svg_path(self.points)


@dataclass
class Picture:
    """The whole: `heads` are the points of arrows by the step that they come to, `joints` where arrows meet."""

    width: int = 0
    height: int = 0
    entry: Card = field(default_factory=lambda: Card(ENTRY, 0, 0, ENTRY_HEIGHT))
    cards: list[Card] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    heads: dict[str, tuple[int, int]] = field(default_factory=dict)
    joints: list[tuple[int, int]] = field(default_factory=list)
    labels: list[Mark] = field(default_factory=list)
    pluses: list[Mark] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)


def draw(nodes: Sequence[Node]) -> Picture:
    """The picture of a graph whose first node is the first step."""
    made = shape(nodes)
    return Drawing(made, Columns(made), {node.key: node.height for node in nodes}).picture()


class Drawing:
    """Adds the y, and draws what stands between the cards."""

    def __init__(self, made: Shape, columns: Columns, heights: dict[str, int]) -> None:
        self.shape, self.columns = made, columns
        self.heights = heights | {ENTRY: ENTRY_HEIGHT}
        self.track = self.tracks()
        self.top, self.bottom = self.rows()

    def tracks(self) -> dict[str, int]:
        """Runs into different joins of one row that would lie on each other get different heights."""
        track: dict[str, int] = {}
        taken: dict[int, list[list[tuple[int, int, str]]]] = {}
        for low, high, key in sorted(self.run_into(key) for key in self.shape.order if self.shape.is_join(key)):
            rows = taken.setdefault(self.shape.layer[key], [])
            free = (at for at, runs in enumerate(rows) if all(run[1] < low or run[0] > high for run in runs))
            track[key] = next(free, len(rows))
            if track[key] == len(rows):
                rows.append([])
            rows[track[key]].append((low, high, key))
        return track

    def run_into(self, join: str) -> tuple[int, int, str]:
        points = [self.columns.x[join], *(self.columns.of_lane(link) for link in self.shape.incoming[join])]
        return min(points), max(points), join

    def rows(self) -> tuple[dict[int, int], dict[int, int]]:
        """Upper and lower edge of each layer, which is as high as its tallest card."""
        layer, highest = self.shape.layer, {}
        for key, height in self.heights.items():
            highest[layer[key]] = max(height, highest.get(layer[key], 0))
        for link in self.shape.links:
            if link.target is None:
                highest.setdefault(layer[link.source] + 1, END_HEIGHT)
        top, bottom, y = {}, {}, MARGIN
        for row in range(max(highest) + 1):
            y += self.room_above(row) if row else 0
            top[row], y = y, y + highest.get(row, END_HEIGHT)
            bottom[row] = y
        return top, bottom

    def room_above(self, row: int) -> int:
        layer = self.shape.layer
        joins = [self.track[key] for key in self.track if layer[key] == row]
        forks = any(layer[key] == row - 1 and self.is_fork(key) for key in layer)
        return (FORK_ROW if joins or forks else ROW) + TRACK * max(joins, default=0)

    def is_fork(self, key: str) -> bool:
        return len(self.shape.out(key)) > 1

    def picture(self) -> Picture:
        picture = Picture(self.columns.width, max(self.bottom.values()) + MARGIN)
        picture.entry = self.card(ENTRY)
        picture.cards = [self.card(key) for key in self.shape.order]
        for link in self.shape.links:
            self.add_link(picture, link)
        for key in self.shape.order:
            if self.shape.incoming.get(key):
                picture.heads[key] = (self.columns.x[key], self.top[self.shape.layer[key]])
            if self.shape.is_join(key):
                picture.joints.append((self.columns.x[key], self.join_y(key)))
        return picture

    def card(self, key: str) -> Card:
        x, y = self.columns.x[key], self.top[self.shape.layer[key]]
        return Card(key, x - CARD // 2, y, self.heights[key])

    def fork_y(self, key: str) -> int:
        return self.bottom[self.shape.layer[key]] + FORK

    def join_y(self, key: str) -> int:
        return self.top[self.shape.layer[key]] - JOIN - TRACK * self.track[key]

    def add_link(self, picture: Picture, link: Link) -> None:
        if link.back:
            self.add_back(picture, link)
            return
        source = self.card(link.source)
        x, lane, y = source.x + CARD // 2, self.columns.of_lane(link), source.y + source.height
        points = [(x, y)]
        if self.is_fork(link.source):
            y = self.fork_y(link.source)
            points += [(x, y), (lane, y)]
            picture.labels.append(Mark(self.label_x[link], y, link))
        points, plus = self.ending(picture, link, points, lane, y)
        picture.lines.append(Line(link, points))
        picture.pluses.append(Mark(lane, plus, link))

    def ending(self, picture: Picture, link: Link, points: list, lane: int, y: int) -> tuple[list, int]:
        """The rest of the arrow below (lane, y), and the y of its plus: the middle of its last free piece."""
        if link.target is None:
            end = self.top[self.shape.layer[link.source] + 1]
            if not self.is_fork(link.source):
                picture.ends.append((lane, end + 28))
            return [*points, (lane, end)], end + 12
        top = self.top[self.shape.layer[link.target]]
        if not self.shape.is_join(link.target):
            return [*points, (lane, top)], (y + top - 7) // 2
        bend, x = self.join_y(link.target), self.columns.x[link.target]
        return [*points, (lane, bend), (x, bend), (x, top)], (y + bend) // 2

    @cached_property
    def label_x(self) -> dict[Link, int]:
        """In the middle of the piece of the run that is a branch's alone; over the bends where those are too near."""
        found: dict[Link, int] = {}
        for key in self.shape.outgoing:
            links = sorted((link for link in self.shape.out(key) if not link.back), key=self.columns.of_lane)
            middles = [self.middle_of_piece(link, links) for link in links]
            rooms = pairwise(zip(middles, map(label_width, links), strict=True))
            near = any(other - one < (width + wide) // 2 for (one, width), (other, wide) in rooms)
            bends = [self.columns.of_lane(link) for link in links]
            found |= dict(zip(links, bends if near else middles, strict=True))
        return found

    def middle_of_piece(self, link: Link, links: Sequence[Link]) -> int:
        lane, x = self.columns.of_lane(link), self.columns.x[link.source]
        others = [self.columns.of_lane(other) for other in links]
        between = [x, *(other for other in others if min(x, lane) < other < max(x, lane))]
        nearest = max(between) if lane > x else min(between)
        return (lane + nearest) // 2

    def add_back(self, picture: Picture, link: Link) -> None:
        """Round on the right and up again, in a lane outside everything."""
        source, target = self.card(link.source), self.card(link.target)
        beside = LABEL // 2 if self.is_fork(link.source) else GAP
        lane = picture.width + beside
        x, above = source.x + CARD // 2, target.y - 12
        out = self.bottom[self.shape.layer[link.source]] + 12
        corners = [(x, source.y + source.height), (x, out), (lane, out), (lane, above), (target.x + CARD // 2, above)]
        picture.lines.append(Line(link, [*corners, (target.x + CARD // 2, target.y)]))
        picture.heads[link.target] = (target.x + CARD // 2, target.y)
        picture.pluses.append(Mark(lane, (out + above) // 2, link))
        if self.is_fork(link.source):
            picture.labels.append(Mark(lane, (out + above) // 2 - 28, link))
        picture.width, picture.height = lane + beside, max(picture.height, out + MARGIN)


def label_width(link: Link) -> int:
    """At most so wide: a wide letter's width for each, and the pill's rims."""
    return min(LABEL, 24 + 9 * len(link.branch))


def svg_path(points: Sequence[tuple[int, int]], radius: int = 10) -> str:
    """The line through these corners, each rounded as far as its two sides allow."""
    points = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
    path = f"M{points[0][0]} {points[0][1]}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = toward(corner, before, radius), toward(corner, after, radius)
        path += f"L{near[0]} {near[1]}Q{corner[0]} {corner[1]} {far[0]} {far[1]}"
    return f"{path}L{points[-1][0]} {points[-1][1]}"


def toward(corner: tuple[int, int], other: tuple[int, int], radius: int) -> tuple[int, int]:
    def step(at: int, to: int) -> int:
        return at + max(-radius, min(radius, (to - at) // 2 if abs(to - at) > 1 else to - at))

    return step(corner[0], other[0]), step(corner[1], other[1])
