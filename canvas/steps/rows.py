"""A field of a step's editor that is a list: rows that can be added, taken away and ranked.

The server draws the rows, so a button of one (`act` = add, drop.2, up.2, down.2) only asks for the editor with these
values and that change made; nothing is saved by it. A row brings along what its way was called (`was`), so that a way
that gets another name still leads where it led.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms

from audiences import filter_form

from .ways import MOST_WAYS

Row = dict[str, Any]


class Rows(forms.Widget):
    """Reads `paths-0-name`, `paths-0-share` ... into [{"name": ..., "share": ...}]; a part's reader makes its value."""

    parts: Mapping[str, Any] = {}

    def value_from_datadict(self, data, files, name: str) -> list[Row]:
        rows = [self.row(data, f"{name}-{at}") for at in numbered(data, name)]
        return acted(rows, data.get("act", ""))

    def row(self, data, prefix: str) -> Row:
        row = {"name": data[f"{prefix}-name"].strip(), "was": data.get(f"{prefix}-was", "")}
        return row | {part: read(data, f"{prefix}-{part}") for part, read in self.parts.items()}


def numbered(data, name: str, most: int = 100) -> Iterator[int]:
    return (at for at in range(most) if f"{name}-{at}-name" in data)


def acted(rows: list[Row], act: str) -> list[Row]:
    """With the change that was asked for."""
    what, _, place = act.partition(".")
    at = int(place) if place.isdecimal() and int(place) < len(rows) else None
    if what == "add":
        return [*rows, {"name": "", "was": ""}]
    if at is None:
        return rows
    if what == "drop":
        return rows[:at] + rows[at + 1 :]
    other = at + {"up": -1, "down": 1}.get(what, 0)
    if 0 <= other < len(rows):
        rows[at], rows[other] = rows[other], rows[at]
    return rows


def may_add(drawn: Sequence) -> bool:
    return len(drawn) < MOST_WAYS


def read_filter(data, prefix: str) -> Any:
    return filter_form.read(data, prefix)


def read_text(data, prefix: str) -> str:
    return data.get(prefix, "").strip()


def read_number(data, prefix: str) -> Any:
    return as_number(data.get(prefix, ""))


def as_number(text: str) -> Any:
    """What is no number stays a text, which the setting's reader refuses."""
    try:
        number = float(text.strip().replace(",", ".") or "0")
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def settled(rows: list[Row]) -> list[Row]:
    """As a document has them."""
    return [{key: value for key, value in row.items() if key != "was"} for row in rows]


def renamed(rows: list[Row]) -> dict[str, str]:
    """What was called otherwise: old name to new."""
    return {row["was"]: row["name"] for row in rows if row.get("was") and row["was"] != row["name"]}
