"""A Canvas as a tiny picture without words: a box with an icon for each step, and the arrows."""

from dataclasses import dataclass

from . import layout
from .document import Document
from .shape import Node

HEIGHT = 92
ROOM = (640, 560)
"""All sketches up to this size are drawn to one scale."""


@dataclass(frozen=True)
class Box:
    """One step; x and y are its upper left corner."""

    x: int
    y: int
    icon: str
    is_main: bool
    width: int = layout.CARD
    height: int = HEIGHT


@dataclass(frozen=True)
class Sketch:
    """`lines` are paths of SVG; `words` is what a person who can't see it is told."""

    width: int
    height: int
    entry: layout.Card
    boxes: list[Box]
    lines: list[str]
    words: str

    @property
    def view_box(self) -> str:
        """Of SVG: the picture in the middle of the room for it."""
        width, height = max(self.width, ROOM[0]), max(self.height, ROOM[1])
        return f"{(self.width - width) // 2} {(self.height - height) // 2} {width} {height}"


def sketch(document: Document) -> Sketch:
    nodes = [Node(step.key, {way: step.next.get(way) for way in step.branches}, HEIGHT) for step in document.steps]
    picture = layout.draw(nodes)
    placed = [(card, document.by_key[card.key].type) for card in picture.cards]
    boxes = [Box(card.x, card.y, kind.icon, kind.height > HEIGHT) for card, kind in placed]
    words = ", ".join(["Entry", *(kind.label for _, kind in placed)])
    return Sketch(picture.width, picture.height, picture.entry, boxes, [line.path for line in picture.lines], words)
