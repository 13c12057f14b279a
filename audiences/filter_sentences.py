"""A filter as a list of sentences, one a condition, for whoever compares two of them."""

from collections.abc import Callable, Iterator
from typing import Any

from . import attributes
from .filter_form import draw_root
from .filter_nodes import Group, Node, Raw

UNREAD = "A condition that a program has written"


def teller(may_see: bool) -> Callable[[Any], list[str]]:
    """Tells filters in reading order, after one query. Who may not see personal data reads "E-mail is •••"."""
    known = attributes.custom()
    return lambda document: list(said(draw_root(document, "filter", "filter", known), may_see))


def said(node: Node, may_see: bool) -> Iterator[str]:
    if isinstance(node, Group):
        for member in node.members:
            yield from said(member, may_see)
    else:
        yield words_of(node, may_see)


def words_of(node: Node, may_see: bool) -> str:
    """One condition in words."""
    if isinstance(node, Raw):
        return node.text if may_see else UNREAD
    return node.sentence if may_see else node.discreet
