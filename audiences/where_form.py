"""The conditions on an event's properties as a form of their own, where the event itself is chosen beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import filter_deeds
from .filter_deeds import Deed
from .filter_shape import PROPERTY
from .filter_values import Fields
from .filters import Fault
from .properties import MOST_WHERE

PREFIX = "entry"
MARK = f"{PREFIX}.where"


@dataclass
class Where:
    """What the template draws. `url` is where its buttons post to; `focus` the name of the row that takes the focus."""

    node: Deed
    url: str = ""
    focus: str = ""


def is_there(data: Mapping[str, str]) -> bool:
    """Whether the form was on the page that was sent."""
    return MARK in data


def posted(data: Mapping[str, str]) -> list[Fields]:
    """The fields of each condition that was sent."""
    start = f"{PREFIX}."
    fields = {name.removeprefix(start): text for name, text in data.items() if name.startswith(start)}
    return list(filter_deeds.property_rows(fields))


def read(rows: Sequence[Fields]) -> list[dict]:
    return [filter_deeds.read_property(row) for row in rows]


def filled(rows: Sequence[Fields]) -> list[Fields]:
    """Those in which something was written."""
    return [row for row, one in zip(rows, read(rows), strict=True) if one["property"] or one.get("value")]


def shown(conditions: Sequence[dict]) -> list[Fields] | None:
    """Their fields; None where these would not give them back to the letter: a program may write what they can't."""
    if not all(map(filter_deeds.is_shown, conditions)):
        return None
    rows = [filter_deeds.property_fields(one) for one in conditions]
    return rows if read(rows) == list(conditions) else None


def edited(rows: Sequence[Fields], action: str, at: str) -> tuple[list[Fields], str]:
    """The rows fitted to what was chosen, one more or less ("where.1": the second), and which has the focus then."""
    conditions, focus = read(rows), ""
    if action == "property":
        conditions, focus = [*conditions, dict(PROPERTY)][:MOST_WHERE], f"{MARK}.{len(conditions)}"
    if action == "drop":
        gone = int(at.rpartition(".")[2])
        conditions = [one for place, one in enumerate(conditions) if place != gone]
        focus = f"{MARK}.{min(gone, len(conditions) - 1)}"
    return shown(conditions) or [], focus


def draw(rows: Sequence[Fields], faults: Sequence[Fault] = (), url: str = "", focus: str = "") -> Where:
    """`faults` have paths from the rows on (where[0].value)."""
    fields = {f"where.{at}.{name}": text for at, row in enumerate(rows) for name, text in row.items()}
    node = Deed(PREFIX, PREFIX, 1, {"kind": "event"} | fields)
    for fault in faults:
        node.blame(f".{fault.path}", fault.message)
    return Where(node, url, focus)
