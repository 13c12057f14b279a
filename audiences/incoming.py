"""Objects that came over the API about people, each read into what can be stored.

A reader raises ValueError with the key and a sentence that says what to write; it never repeats the value.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import orjson

from . import attributes, values
from .models import Profile

MOST_KEYS = 300
LARGEST_PROPERTIES = 50_000
MOST_QUANTITY = 1_000_000
PRICE_BELOW = 10**10


@dataclass
class Person:
    """What is said of one person. None clears; `custom` holds values as they came, until their types are known."""

    external_id: str
    built_in: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)

    def overlaid(self, later: "Person") -> "Person":
        return Person(self.external_id, self.built_in | later.built_in, self.custom | later.custom)


def person(raw: Any) -> Person:
    found = Person(external_id(raw))
    if len(raw) > MOST_KEYS:
        raise ValueError(f"An object has at most {MOST_KEYS} keys.")
    for key, value in raw.items():
        name = attributes.ALIASES.get(key, key)
        if name != key and name in raw:
            raise ValueError(f"{key}: {name} is there as well, and means the same.")
        if name in attributes.BUILT_IN and name != "external_id":
            found.built_in[name] = keyed(key, built_in(name), value)
        elif name != "external_id":
            check_name(name)
            found.custom[name] = keyed(key, scalar, value)
    return found


def keyed(key: str, read: Callable[[Any], Any], raw: Any) -> Any:
    try:
        return read(raw)
    except ValueError as error:
        raise ValueError(f"{key[: values.LONGEST_NAME]}: {error}") from None


def external_id(raw: Any) -> str:
    if not isinstance(raw, dict):
        raise ValueError("Write a JSON object.")
    value = raw.get("external_id")
    if not isinstance(value, str) or not value.strip():
        raise ValueError("external_id: Every object needs one, a text that is not empty.")
    return keyed("external_id", text_up_to(255), value)


def text_up_to(longest: int) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        found = values.text(raw)
        if len(found) > longest:
            raise ValueError(f"The text is too long; {longest} characters at most.")
        return found

    return read


def built_in(name: str) -> Callable[[Any], Any]:
    """null and the empty text both mean "not known"."""
    read = birthday if name == "date_of_birth" else text_up_to(Profile._meta.get_field(name).max_length)
    return lambda raw: None if raw is None or raw == "" else read(raw)


def birthday(raw: Any) -> date:
    if not isinstance(raw, str) or not values.ISO_DAY.fullmatch(raw):
        raise ValueError("Write a date like 1990-12-31.")
    return values.iso(raw)


def check_name(name: str) -> None:
    if not name.strip() or len(name) > values.LONGEST_NAME or not name.isprintable():
        raise ValueError(f"The name of an attribute has 1 to {values.LONGEST_NAME} characters, on one line.")


def scalar(raw: Any) -> Any:
    if isinstance(raw, dict | list):
        raise ValueError("A custom attribute is a text, a number, true or false.")
    return None if raw is None or raw == "" else READERS[kind_of(raw)](raw)


def kind_of(raw: Any) -> str:
    """The type of an attribute by the JSON of a value; a text may turn out to be a time."""
    return "boolean" if isinstance(raw, bool) else "number" if isinstance(raw, int | float) else "text"


def number(raw: Any) -> int | float:
    """As it came: a whole number stays whole."""
    values.number(raw)
    return raw


def moment(raw: Any) -> str:
    return values.moments(raw).first


READERS: dict[str, Callable[[Any], Any]] = {
    "text": values.text, "number": number, "boolean": values.boolean, "time": moment,
}  # fmt: skip


def typed(found: Person, types: dict[str, str]) -> Person:
    """The person with the custom values read as what their attributes are registered as."""
    read = {
        name: None if raw is None else keyed(name, READERS[types[name]], raw)
        for name, raw in found.custom.items()
        if raw is None or name in types
    }
    return Person(found.external_id, found.built_in, read)


def at(raw: Any) -> datetime:
    """In UTC; a date alone is the beginning of the company's day."""
    found = values.iso(raw)
    try:
        return (found if isinstance(found, datetime) else values.midnight(found)).astimezone(UTC)
    except OverflowError:
        raise ValueError("The date is out of range.") from None


def properties(raw: Any) -> dict:
    if not isinstance(raw, dict):
        raise ValueError("Write a JSON object.")
    if why := values.json_fault(raw):
        raise ValueError(why)
    if len(orjson.dumps(raw)) > LARGEST_PROPERTIES:
        raise ValueError(f"The properties are too large; {LARGEST_PROPERTIES} bytes at most.")
    return raw


def price(raw: Any) -> Decimal:
    """For one piece; below nothing it is a refund."""
    value = values.number(raw)
    if abs(value) >= PRICE_BELOW:
        raise ValueError("The number is too large.")
    return Decimal(str(raw)).quantize(Decimal("0.0001"))


def quantity(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MOST_QUANTITY:
        raise ValueError(f"Write a whole number from 1 to {MOST_QUANTITY}.")
    return raw


def currency(raw: Any) -> str:
    if not isinstance(raw, str) or not (len(raw) == 3 and raw.isascii() and raw.isalpha()):
        raise ValueError("Write an ISO 4217 code like USD.")
    return raw.upper()


EVENT = {"name": text_up_to(100), "time": at, "properties": properties}
PURCHASE = {
    "product_id": text_up_to(255), "currency": currency, "price": price, "quantity": quantity, "time": at,
    "properties": properties,
}  # fmt: skip
OPTIONAL = {"properties", "quantity"}


def deed(raw: Any, keys: dict[str, Callable[[Any], Any]]) -> tuple[str, dict[str, Any]]:
    """The external_id and the fields of an event or a purchase."""
    who = external_id(raw)
    for key in raw.keys() - keys.keys() - {"external_id"}:
        raise ValueError(f"{key[: values.LONGEST_NAME]}: Unknown key. Known here: external_id, {', '.join(keys)}.")
    for key in keys.keys() - raw.keys() - OPTIONAL:
        raise ValueError(f"{key}: It is missing.")
    return who, {key: keyed(key, keys[key], raw[key]) for key in keys if key in raw}
