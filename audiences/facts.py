"""What is known of one person, as people write it: each attribute with its name in words and how it is masked."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format

from .attributes import ALIASES, BUILT_IN, Attribute
from .filter_words import attribute_word
from .models import Profile

CONTACT = ("email", "phone", "mobile_advertiser_id")
ADDRESS = ("city", "state", "zip", "country")
PERSON = ("first_name", "last_name", "gender", "date_of_birth", "language", "time_zone")
GROUPS = (("Person", PERSON), ("Contact", CONTACT), ("Address", ADDRESS))
WORDS = {"text": "text", "number": "number", "boolean": "yes or no", "time": "date and time"}


class Fact(NamedTuple):
    """One attribute of a person; `kind` says how it is masked."""

    label: str
    value: Any
    kind: str
    type: str = ""


def groups(profile: Profile) -> Iterator[tuple[str, list[Fact]]]:
    for title, names in GROUPS:
        yield title, [fact(profile, name, {}) for name in names]


def custom(profile: Profile, known: Mapping[str, Attribute]) -> Iterator[Fact]:
    for name in sorted(profile.attributes):
        yield fact(profile, name, known)


def fact(profile: Profile, name: str, known: Mapping[str, Attribute]) -> Fact:
    """A built-in attribute, else the custom one of that name, whether or not she has a value there."""
    name = ALIASES.get(name, name)
    if name in BUILT_IN:
        return Fact(attribute_word(name), spelled(getattr(profile, name), name), name)
    kind = known[name].type if name in known else "text"
    return Fact(name, spelled(profile.attributes.get(name), kind), kind, WORDS[kind])


def spelled(value: Any, kind: str) -> Any:
    """Yes and no in words, and a time on the reader's clock."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "time" and isinstance(value, str):
        return spelled_time(value)
    return date_format(value, "j F Y") if isinstance(value, date) else value


def spelled_time(value: str) -> str:
    """On the reader's clock; as it is where it is no time (JSON holds what came)."""
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y H:i")
    except ValueError:
        return value
