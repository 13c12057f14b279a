"""The arrows of a Canvas, as wide as many people took them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .board import Board, branch_words
from .document import StepSpec
from .layout import Line, Mark
from .shape import ENTRY, Link

THIN, WIDE = 1.5, 12


@dataclass(frozen=True)
class FlowLine:
    """`width` is in pixels; nobody took a line that is thin and broken."""

    line: Line
    people: int
    width: float


class FlowLines:
    """`taken`: people by the id of the step that they left (None: they entered) and their branch ("": they entered)."""

    def __init__(self, board: Board, steps: list[StepSpec], taken: Mapping[tuple[int | None, str], int]) -> None:
        self.board, self.taken = board, taken
        self.rows = {step.key: step.row.pk for step in steps if step.row}

    def people(self, link: Link) -> int:
        if link.source == ENTRY:
            return self.taken.get((None, ""), 0)
        return self.taken.get((self.rows.get(link.source, 0), link.branch), 0)

    @property
    def lines(self) -> list[FlowLine]:
        """The widest first, so that a thin one is seen where they lie on each other."""
        counted = [(line, self.people(line.link)) for line in self.board.picture.lines]
        most = max((people for _, people in counted), default=0) or 1
        made = [FlowLine(line, people, round(THIN + (WIDE - THIN) * people / most, 1)) for line, people in counted]
        return sorted(made, key=lambda one: -one.width)

    @property
    def labels(self) -> Iterator[tuple[Mark, str, int]]:
        """The name of each branch and how many took it."""
        return ((mark, branch_words(mark.link.branch), self.people(mark.link)) for mark in self.board.picture.labels)
