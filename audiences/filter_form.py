"""The filter as a form: a document to what the template draws, and the posted fields to a document again.

No state but the fields themselves: `filter.0.1.op` is the op of the second member of the first member of the root. So
the editor stands inside any form, and `read` gives back the normal form (`filter_shape`) of what `editor` was given.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.text import capfirst

from . import attributes
from .behaviour import CONDITIONS
from .filter_deeds import Deed
from .filter_editor import Editor
from .filter_fields import OTHER, Known, fields_of, read_fields, type_of
from .filter_named import NAMED, Named
from .filter_nodes import Choice, Condition, Group, Node, Raw
from .filter_shape import KEYS, LEVELS, edited, group_in, grouped, is_blank, members_in, normal, peeled, properties_at
from .filter_words import ABOUT, attribute_word
from .filters import DEEPEST, Fault
from .models import EventName

MOST_NAMES = 200
__all__ = ["Editor", "edited", "editor", "is_blank", "members_in", "normal", "read"]


def read(data: QueryDict, prefix: str = "filter") -> dict:
    """The filter that the fields of an editor make; everybody when they are not there."""
    if f"{prefix}.kind" not in data:
        return {"all": []}
    return normal(read_node(data, prefix, attributes.custom()))


def read_node(data: QueryDict, name: str, known: Known) -> Any:
    kind = data[f"{name}.kind"]
    if kind not in KEYS:
        start = f"{name}."
        return read_fields({key.removeprefix(start): data[key] for key in data if key.startswith(start)}, known)
    return grouped(kind, [read_node(data, member, known) for member in members(data, name)])


def members(data: QueryDict, name: str) -> Iterator[str]:
    """The names of a group's members, which are numbered through. Deeper than any filter, there is nothing to read."""
    number = 0
    while f"{name}.{number}.kind" in data and name.count(".") <= DEEPEST:
        yield f"{name}.{number}"
        number += 1


def editor(
    document: Any, prefix: str = "filter", faults: Sequence[Fault] = (), *, base: str = "filter", segment: str = "",
    focus: str = "", known: Known | None = None,
) -> Editor:  # fmt: skip
    """What the template draws. `base` names the root in the faults' paths; `segment` is the one that is being edited.

    `prefix` tells editors on one page apart: a letter, then letters, digits, - and _. `focus` is the name of the node
    that takes the focus. `known` are the custom attributes, where they were read already.
    """
    known = attributes.custom() if known is None else known
    root = draw_root(document, prefix, base, known)
    url = f"{reverse('audiences:filter_edit')}?{urlencode({'prefix': prefix, 'segment': segment})}"
    drawn = Editor(prefix, root, attribute_choices(known), url, focus)
    name_choices(drawn, segment)
    event_choices(drawn)
    drawn.place(faults)
    return drawn


def property_focus(document: Any, prefix: str, at: str) -> str:
    """The last property of the condition there; the condition itself when it has none."""
    last = len(properties_at(document, [int(place) for place in at.split(".")])) - 1
    return f"{prefix}.{at}.where.{last}" if last >= 0 else f"{prefix}.{at}"


def draw_root(document: Any, prefix: str, path: str, known: Known) -> Group:
    inner, _ = peeled(document)
    if group_in(inner):
        return draw(document, prefix, path, 1, known)
    return Group(prefix, path, 1, "all", [draw(document, f"{prefix}.0", path, 2, known)])


def draw(document: Any, name: str, path: str, level: int, known: Known) -> Node:
    document, further = peeled(document)
    path, group = path + further, group_in(document) if level <= LEVELS else None
    if not group:
        return draw_condition(document, name, path, level, known)
    kind, inside = group
    within = ".".join((path, *KEYS[kind]))
    drawn = [draw(one, f"{name}.{at}", f"{within}[{at}]", level + 1, known) for at, one in enumerate(inside)]
    return Group(name, path, level, kind, drawn)


def draw_condition(document: Any, name: str, path: str, level: int, known: Known) -> Node:
    fields = fields_of(document, known)
    if fields["kind"] == "json":
        return Raw(name, path, level, fields)
    if fields["kind"] in NAMED:
        return Named(name, path, level, fields)
    if fields["kind"] in CONDITIONS:
        return Deed(name, path, level, fields)
    return Condition(name, path, level, fields, type_of(fields.get("attribute", ""), known))


def name_choices(drawn: Editor, segment: str) -> None:
    """What the conditions that name something may name: one query for each kind that is there."""
    known: dict[str, list[Choice]] = {}
    for node in drawn.nodes:
        if isinstance(node, Named):
            if node.kind not in known:
                known[node.kind] = [Choice(name, name) for name in NAMED[node.kind].names()]
            mine = segment if node.kind == "segment" else ""
            node.choices = [choice for choice in known[node.kind] if choice.value != mine]


def event_choices(drawn: Editor) -> None:
    asking = [node for node in drawn.nodes if isinstance(node, Deed) and node.kind == "event"]
    names = list(EventName.objects.order_by("name").values_list("name", flat=True)[:MOST_NAMES]) if asking else []
    for node in asking:
        node.known = names


def attribute_choices(known: Known) -> list[tuple[str, list[Choice]]]:
    """Everything that a condition may be about."""
    custom = [Choice(name, name) for name in sorted(known)]
    return [
        ("About the person", [Choice(name, attribute_word(name)) for name in attributes.BUILT_IN]),
        *([("Custom attributes", custom)] if custom else []),
        ("What they did", [Choice(f"{OTHER}{kind}", words) for kind, words in ABOUT.items()]),
        ("Where they are", [Choice(f"{OTHER}{kind}", capfirst(one.label)) for kind, one in NAMED.items()]),
    ]
