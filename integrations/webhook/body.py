"""The body of a request: JSON stays JSON whatever is filled in; a form and XML stay what they are, too."""

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any
from urllib.parse import quote_plus

from audiences.values import DEEPEST_JSON

from .. import filling
from ..filling import Place, Values

FORM = "application/x-www-form-urlencoded"
JSON = re.compile(r"[^/]+/(?:[^/]+\+)?json")
MARKUP = re.compile(r"[^/]+/(?:(?:[^/]+\+)?xml|html)")


class TooDeep(ValueError):
    """It is nested too deep."""


def declared(chosen: Mapping[str, Any]) -> str:
    """The type that the step's own header says, or ""."""
    found = [value for name, value in chosen.get("headers", {}).items() if name.lower() == "content-type"]
    return "".join(found[:1]).partition(";")[0].strip().lower()


def filled(chosen: Mapping[str, Any], values: Values) -> tuple[str, bytes]:
    """Its type, where the step says none, and the body."""
    text = chosen.get("body", "")
    if not text.strip():
        return "", b""
    if is_json(chosen):
        return "application/json", json.dumps(in_json(read_json(text), values), ensure_ascii=False).encode()
    return "text/plain; charset=utf-8", filling.fill(text, values, escaping(declared(chosen))).encode()


def escaping(kind: str) -> Callable[[str], str]:
    """What keeps a value from adding anything to a body of this type."""
    if kind == FORM:
        return quote_plus
    return escape if MARKUP.fullmatch(kind) else str


def is_json(chosen: Mapping[str, Any]) -> bool:
    """It is meant as JSON: its type says so, or it begins like it. What begins with a place does not."""
    text, kind = chosen.get("body", "").strip(), declared(chosen)
    if kind == FORM or MARKUP.fullmatch(kind):
        return False
    return bool(text and JSON.fullmatch(kind)) or begins_like_json(text)


def begins_like_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and not text.lstrip().startswith("{{")


def read_json(text: str) -> Any:
    """ValueError where it is none; of it TooDeep."""
    try:
        found = json.loads(text)
    except RecursionError:
        raise TooDeep from None
    if not is_within(found, DEEPEST_JSON):
        raise TooDeep
    return found


def is_within(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    parts = value.values() if isinstance(value, dict) else value
    return levels > 0 and all(is_within(part, levels - 1) for part in parts)


def in_json(value: Any, values: Values) -> Any:
    """Filled in within its texts alone."""
    if isinstance(value, dict):
        return {name: in_json(one, values) for name, one in value.items()}
    if isinstance(value, list):
        return [in_json(one, values) for one in value]
    return in_text(value, values) if isinstance(value, str) else value


def in_text(text: str, values: Values) -> Any:
    """A text that is one place and nothing else becomes what stands there: a number, true or false, or a text."""
    parts = [part for part in filling.parse(text) if part != ""]
    if len(parts) == 1 and isinstance(parts[0], Place):
        value = values(parts[0].name)
        return value if isinstance(value, bool | int | float) else filling.filled(parts[0], values)
    return filling.fill(text, values)


def texts(chosen: Mapping[str, Any]) -> list[str]:
    """Every text of it that is filled in. Of JSON that is none, nothing: that is another fault."""
    if not is_json(chosen):
        return [chosen.get("body", "")]
    try:
        waiting, found = [read_json(chosen["body"])], []
    except ValueError:
        return []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | dict):
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return found
