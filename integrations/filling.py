"""Texts with places to be filled in: `{{ first_name }}`, `{{ first_name|default:"there" }}`, `{{ trigger.sku }}`.

That is all that can be written: no code, no calls, no attributes of objects, no includes. A name is a key that is
looked up among what is known of the person, or among the properties of what let her in. See docs/decisions/0010.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from audiences import attributes
from audiences.models import Profile

PLACE = re.compile(r"\{\{([^{}]*)\}\}")
NAME = re.compile(r"""[^|"'\n]+""")
DEFAULT = re.compile(r"""\s*default\s*:\s*(?:["“](?P<one>[^"“”\n]*)["”]|'(?P<two>[^'\n]*)')""")
LONGEST_PLACE = 200
TRIGGER = "trigger"
HOW = 'Write it like {{ first_name }} or {{ first_name|default:"there" }}.'

Values = Callable[[str], Any]
"""What stands for a name; None or "" where nothing is known."""


class Unreadable(ValueError):
    """The text can't be filled in; the message says where and what to write."""


@dataclass(frozen=True)
class Place:
    name: str
    default: str = ""


def parse(text: str) -> list[str | Place]:
    """Plain parts and places in turn. Unreadable when something in braces is no place."""
    parts: list[str | Place] = []
    for at, part in enumerate(PLACE.split(text)):
        parts.append(place(part) if at % 2 else plain(part))
    return parts


def place(inside: str) -> Place:
    name, bar, rest = inside.strip().partition("|")
    name, default = name.rstrip(), DEFAULT.fullmatch(rest)
    if len(inside) > LONGEST_PLACE:
        raise Unreadable(f"{{{{{shortened(inside)}}}}} is too long; {LONGEST_PLACE} characters at most. {HOW}")
    if not NAME.fullmatch(name) or bar and not default:
        raise Unreadable(f"{{{{{shortened(inside)}}}}} can't be read. {HOW}")
    return Place(name, (default["one"] or default["two"] or "") if default else "")


def plain(text: str) -> str:
    if "{{" in text or "}}" in text:
        raise Unreadable(f"There are two braces without their other half. {HOW}")
    if "{%" in text:
        raise Unreadable(f"There are no commands such as {{% if %}} here. {HOW}")
    return text


def shortened(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def faults(text: str, known: Collection[str]) -> Iterator[str]:
    """Why it can't be filled in, and each name that nobody knows, once."""
    try:
        parts = parse(text)
    except Unreadable as fault:
        yield str(fault)
        return
    for name in dict.fromkeys(part.name for part in parts if isinstance(part, Place)):
        if not is_known(name, known):
            yield f"Nobody has an attribute {shortened(name)}.{attributes.suggestion(name, known)}"


def is_known(name: str, known: Collection[str]) -> bool:
    return name in known or name.startswith(f"{TRIGGER}.")


def names(text: str) -> set[str]:
    """The names in a text that can be read; of another, none."""
    try:
        return {part.name for part in parse(text) if isinstance(part, Place)}
    except Unreadable:
        return set()


def fill(text: str, values: Values, escape: Callable[[str], str] = str) -> str:
    """The text with everything filled in; `escape` makes values, and defaults, fit for where they stand."""
    return "".join(escape(filled(part, values)) if isinstance(part, Place) else part for part in parse(text))


def filled(part: Place, values: Values) -> str:
    return written(values(part.name)) or part.default


def written(value: Any) -> str:
    """A value in a text: true and false in words, whole numbers without a point, lists by commas, objects as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return ", ".join(map(written, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def known_names(custom: Collection[str]) -> list[str]:
    return [*attributes.BUILT_IN, *sorted(custom)]


def values_of(person: Profile, context: Any) -> Values:
    """What is known of the person as she is now, and what the trigger brought along."""

    def look_up(name: str) -> Any:
        if name.startswith(f"{TRIGGER}."):
            return within(context, name.split(".")[1:])
        return getattr(person, name) if name in attributes.BUILT_IN else person.attributes.get(name)

    return look_up


def within(found: Any, path: list[str]) -> Any:
    """By keys alone, step by step."""
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found
