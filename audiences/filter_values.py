"""The fields in which the form takes a condition's value: one kind for each way to write it, there and back.

What was typed is kept even where it is wrong: the grammar refuses it, and it is shown again with what is the matter.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import operators

NUMBER = re.compile(r"-?[0-9]{1,300}(\.[0-9]{1,300})?(e[+-]?[0-9]{1,2})?")
MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})?(?:T([0-9]{2}:[0-9]{2})(.*))?")
SPAN = re.compile(r"P(T?)([0-9]*)([WDH])")
DIGITS = re.compile(r"[0-9]{1,7}")
TRUTHS = {"true": True, "false": False}
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Kind:
    """`draw` makes the fields of a value, `read` the value of the fields; `words` ask for one where there is none."""

    draw: Callable[[Any], Fields]
    read: Callable[[Fields], Any]
    blank: Any
    words: str


def one_line(raw: str) -> str:
    """A browser's text field holds no line breaks; blanks at the ends are slips of the hand."""
    return re.sub(r"[\r\n]+", "", raw).strip()


def lines(raw: str) -> list[str]:
    return [line.strip() for line in raw.splitlines() if line.strip()]


def number(raw: str) -> int | float | str:
    """The number that was written, or the text itself for the grammar to refuse."""
    raw = one_line(raw)
    match = NUMBER.fullmatch(raw.lower())
    if not match:
        return raw
    return float(raw) if match[1] or match[2] else int(raw)


def draw_moment(value: Any) -> Fields:
    match = MOMENT.fullmatch(str(value))
    date, time, rest = match.groups() if match else (None, None, None)
    return {"date": date or "", "time": time or "", "zone": rest or ""}


def read_moment(fields: Fields) -> str:
    date, time = one_line(fields.get("date", "")), one_line(fields.get("time", ""))
    return f"{date}T{time}{fields.get('zone', '')}" if time else date


def draw_span(value: Any) -> Fields:
    match = SPAN.fullmatch(str(value))
    return {"number": match[2], "unit": match[3]} if match else {"number": "", "unit": "D"}


def read_span(fields: Fields) -> str:
    amount, unit = one_line(fields.get("number", "")), fields.get("unit", "D")
    return f"P{'T' if unit == 'H' else ''}{amount}{unit}" if DIGITS.fullmatch(amount) else ""


def single(read: Callable[[str], Any]) -> Callable[[Fields], Any]:
    return lambda fields: read(fields.get("value", ""))


def draw_single(value: Any) -> Fields:
    return {"value": str(value)}


def draw_lines(value: Any) -> Fields:
    return {"value": "\n".join(str(item) for item in value) if isinstance(value, list) else ""}


def draw_truth(value: Any) -> Fields:
    return {"value": {True: "true", False: "false"}.get(value, "") if isinstance(value, bool) else ""}


KINDS = {
    "text": Kind(draw_single, single(one_line), "", "Write a value."),
    "number": Kind(draw_single, single(number), "", "Write a number, such as 5 or 2.5."),
    "boolean": Kind(draw_truth, single(lambda raw: TRUTHS.get(raw, "")), "", "Choose yes or no."),
    "moment": Kind(draw_moment, read_moment, "", "Choose a date."),
    "span": Kind(draw_span, read_span, "", "Write how many."),
    "texts": Kind(draw_lines, single(lines), [], "Write at least one value."),
    "numbers": Kind(draw_lines, single(lambda raw: [number(line) for line in lines(raw)]), [], "Write at least one."),
    "nothing": Kind(lambda value: {}, lambda fields: None, None, ""),
}
BY_TYPE = {"text": "text", "number": "number", "boolean": "boolean", "time": "moment", "date": "moment"}


def kind_of(type: str, op: str) -> str:
    """The kind of fields in which this op's value is written, for an attribute of this type."""
    if not operators.takes_value(op):
        return "nothing"
    if op.endswith("within_last"):
        return "span"
    if op == "is_any_of":
        return "numbers" if type == "number" else "texts"
    return BY_TYPE[type]


LISTED = {"text": "texts", "number": "numbers"}


def carried(value: Any, kind: str, wanted: str) -> Any:
    """What is left of a value when the op or the attribute was changed, so that it is written in other fields now."""
    if kind == wanted:
        return value
    if wanted == LISTED.get(kind, ""):
        return [value] if value != "" else []
    if kind == LISTED.get(wanted, "") and value:
        return value[0]
    return KINDS[wanted].blank
