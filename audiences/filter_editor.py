"""The whole editor of one filter: its groups and conditions, what can be chosen in them, and which fault goes where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from .filter_nodes import Choice, Group, Node
from .filters import Fault

LAST = re.compile(r"(\.[^.\[]*|\[[0-9]+\])$")


@dataclass
class Editor:
    """The whole form of one filter. `url` is where its buttons post to."""

    prefix: str
    root: Group
    attributes: list[tuple[str, list[Choice]]]
    url: str
    focus: str

    @property
    def id(self) -> str:
        return self.prefix

    @property
    def faults(self) -> bool:
        return any(node.faults for node in self.nodes)

    @cached_property
    def attribute_names(self) -> set[str]:
        return {choice.value for _, choices in self.attributes for choice in choices}

    @cached_property
    def nodes(self) -> list[Node]:
        return list(within(self.root))

    def place(self, faults: Sequence[Fault]) -> None:
        """Puts each fault to the node that it is about: the innermost one on its path, else the root."""
        by_path = {node.path: node for node in self.nodes}
        for fault in faults:
            path = fault.path
            while path not in by_path and LAST.search(path):
                path = LAST.sub("", path)
            node = by_path.get(path, self.root)
            node.blame(fault.path[len(path) :], fault.message)


def within(node: Node) -> Iterator[Node]:
    yield node
    for member in getattr(node, "members", ()):
        yield from within(member)
