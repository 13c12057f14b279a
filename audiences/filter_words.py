"""What the filter form calls things: attributes, groups, and what an op is in a sentence ("country is not DE").

An op that starts with "not " is its plain form turned round by the grammar's `not`.
"""

from collections.abc import Mapping
from decimal import Decimal

from .attributes import ALIASES, BUILT_IN
from .models import Profile
from .operators import OPS

GROUPS = {"all": "All of", "any": "Any of", "none": "None of", "not_all": "Not all of"}
EMPTY = {
    "all": "Everybody. Add a condition to narrow it down.",
    "any": "Nobody yet. Add a condition that people may meet.",
    "none": "Everybody. Add a condition that nobody here may meet.",
    "not_all": "Nobody yet. Add conditions that people may not all meet.",
}
PLAIN = {
    "is": "is", "is_not": "is not", "is_any_of": "is any of", "contains": "contains", "starts_with": "starts with",
    "exists": "is known", "not_exists": "is not known", "gt": "is more than", "gte": "is at least",
    "lt": "is less than", "lte": "is at most", "before": "is before", "after": "is after",
    "within_last": "is within the last", "not_within_last": "is not within the last",
}  # fmt: skip
TURNED = {
    "not is_any_of": "is none of",
    "not contains": "does not contain",
    "not starts_with": "does not start with",
}
DEEDS = {
    "exists": "at least once",
    "not_exists": "never",
    "at_least": "at least",
    "at_most": "at most",
    "is": "exactly",
}
ABOUT = {"event": "Did an event", "purchase": "Bought a product", "purchase_total": "Spent money"}
DID = {"event": "did", "purchase": "bought"}
UNITS = {"D": "days", "H": "hours", "W": "weeks"}
TRUTHS = {"true": "yes", "false": "no"}


def op_word(op: str) -> str:
    plain = PLAIN.get(op) or TURNED.get(op)
    return plain or f"not: {PLAIN.get(op.removeprefix('not '), op)}"


def ops_for(type: str) -> list[str]:
    """The ops that the form offers for a type: the grammar's, each with its contrary where one is needed."""
    offered = [op for op in OPS[type] if (type, op) != ("boolean", "is_any_of")]
    return [form for op in offered for form in (op, f"not {op}") if form == op or form in TURNED]


def attribute_word(name: str) -> str:
    name = ALIASES.get(name, name)
    label = str(Profile._meta.get_field(name).verbose_name) if name in BUILT_IN else name
    return label[:1].upper() + label[1:] if name in BUILT_IN else name


def value_word(kind: str, fields: Mapping[str, str]) -> str:
    if kind == "span":
        return f"{fields['number']} {UNITS[fields['unit']]}"
    if kind == "moment":
        return " ".join(fields[part] for part in ("date", "time") if fields[part]) + fields["zone"]
    value = fields.get("value", "")
    return TRUTHS.get(value, value) if kind == "boolean" else ", ".join(value.splitlines())


def deed_word(kind: str, op: str) -> str:
    """What an op of a condition on what people did is called in a list to choose from."""
    return DEEDS[op] if kind in DID else PLAIN[op].removeprefix("is ")


def deed_sentence(kind: str, op: str, name: str, value: str) -> str:
    """did viewed at least 3 times; never bought A; spent at least 500 in USD."""
    if kind not in DID:
        return f"spent {deed_word(kind, op)} {value} in {name}"
    if op in ("exists", "not_exists"):
        return f"{DID[kind]} {name} at least once" if op == "exists" else f"never {DID[kind]} {name}"
    return f"{DID[kind]} {name} {DEEDS[op]} {value} {'time' if value == '1' else 'times'}"


def deed_answer(kind: str, amount: int | Decimal, name: str) -> tuple[str, str]:
    """What somebody did, in two parts: Did it, 3 times; Spent, 120.00 USD."""
    if kind not in DID:
        return "Spent", f"{amount:,.2f} {name.upper()}"
    often = {0: "never", 1: "once"}.get(amount, f"{amount:,} times")
    return f"{DID[kind].capitalize()} it", often
