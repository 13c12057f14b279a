"""What an op means for each type of attribute.

The negative ops are the positive ones turned round: they (and `not_exists`) are all that fits a person without a value.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import StrIndex
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Range,
)

from . import values
from .attributes import WORDS, Attribute
from .expressions import Not, any_of, certain
from .folding import Fold
from .held_values import Holds, is_held
from .values import Span

NEGATIVE = {"is_not": "is", "not_exists": "exists", "not_within_last": "within_last"}
FOR_EVENTS = ("at_least", "at_most")
TIMES = ("is", "is_not", "is_any_of", "exists", "not_exists", "before", "after", "within_last", "not_within_last")
OPS = {
    "text": ("is", "is_not", "is_any_of", "contains", "starts_with", "exists", "not_exists"),
    "number": ("is", "is_not", "is_any_of", "gt", "gte", "lt", "lte", "exists", "not_exists"),
    "boolean": ("is", "is_not", "is_any_of", "exists", "not_exists"),
    "time": TIMES,
    "date": TIMES,
}
KNOWN = tuple(dict.fromkeys(op for ops in OPS.values() for op in ops))
READ: dict[str, Callable[[Any], Any]] = {
    "text": values.text,
    "number": values.number,
    "boolean": values.boolean,
    "time": values.moments,
    "date": values.days,
}
ORDER = {"gt": GreaterThan, "gte": GreaterThanOrEqual, "lt": LessThan, "lte": LessThanOrEqual}


def op_fault(op: Any, attribute: Attribute | None) -> str:
    """Why this op can't be used (with this attribute); "" when it can."""
    if op in FOR_EVENTS:
        return f"{op} belongs to conditions on events. Use one of: {', '.join(KNOWN)}."
    if op not in KNOWN:
        return f"Unknown op. Known: {', '.join(KNOWN)}."
    if attribute and op not in OPS[attribute.type]:
        return f"{attribute.name} is {WORDS[attribute.type]}: use one of {', '.join(OPS[attribute.type])}."
    return ""


def takes_value(op: str) -> bool:
    return op not in ("exists", "not_exists")


def reader(attribute: Attribute, op: str) -> Callable[[Any], Any]:
    """What reads the value of this op (each value of the list, for is_any_of)."""
    return values.duration if op.endswith("within_last") else READ[attribute.type]


def compare(attribute: Attribute, prefix: str, op: str, value: Any, now: datetime) -> Combinable:
    """The condition; `value` is what `reader` gave."""
    found, kind = attribute.value(prefix), attribute.type
    meant = NEGATIVE.get(op, op)
    if meant == "exists":
        condition = exists(found, kind)
    elif meant == "within_last":
        condition = certain(Range(found, last(kind, value, now)))
    else:
        condition = by_index(attribute, prefix, meant, value, COMPARE[kind](found, meant, value))
    return Not(condition) if op in NEGATIVE else condition


def by_index(attribute: Attribute, prefix: str, op: str, value: Any, plainly: Combinable) -> Combinable:
    """The same, found by index where there is one that tells it."""
    values = value if op == "is_any_of" else [value]
    if attribute.indexed and op in ("is", "is_any_of") and all(map(is_held, values)):
        return Holds(F(f"{prefix}attributes"), attribute.name, values, plainly)
    return plainly


def exists(found: Combinable, kind: str) -> Combinable:
    return certain(Not(Exact(found, Value("")))) if kind == "text" else IsNull(found, False)


def last(kind: str, span: timedelta, now: datetime) -> Span:
    """What lies ahead is not within the last days. A date of birth is counted in whole days of the company's zone."""
    place = values.local_day if kind == "date" else values.stored_time
    return Span(place(now - span), place(now))


def compare_text(found: Combinable, op: str, value: Any) -> Combinable:
    """Case apart; contains and starts_with search by position, so that % and _ are plain characters."""
    folded = Fold(found)
    if op == "is_any_of":
        return certain(In(folded, [Fold(Value(text)) for text in value]))
    if op == "is":
        return certain(Exact(folded, Fold(Value(value))))
    place = StrIndex(folded, Fold(Value(value)))
    return certain(Exact(place, 1) if op == "starts_with" else GreaterThan(place, 0))


def compare_plain(found: Combinable, op: str, value: Any) -> Combinable:
    if op == "is_any_of":
        return certain(In(found, value))
    return certain(ORDER.get(op, Exact)(found, Value(value)))


def compare_span(found: Combinable, op: str, value: Any) -> Combinable:
    if op == "is_any_of":
        return any_of([certain(Range(found, span)) for span in value])
    if op == "before":
        return certain(LessThan(found, Value(value.first)))
    if op == "after":
        return certain(GreaterThan(found, Value(value.last)))
    return certain(Range(found, value))


COMPARE = {
    "text": compare_text,
    "number": compare_plain,
    "boolean": compare_plain,
    "time": compare_span,
    "date": compare_span,
}
