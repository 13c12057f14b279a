"""What is known about a person: built-in attributes and registered custom ones, their types, and where they stand."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import F
from django.db.models.expressions import Combinable

from .expressions import JsonBoolean, JsonNumber, JsonText
from .folding import fold
from .models import CustomAttribute
from .values import LONGEST_NAME

TEXTS = (
    "external_id", "email", "phone", "first_name", "last_name", "gender", "city", "state", "zip", "country",
    "language", "time_zone", "mobile_advertiser_id",
)  # fmt: skip
ALIASES = {"dob": "date_of_birth", "home_city": "city"}
READERS = {"text": JsonText, "number": JsonNumber, "boolean": JsonBoolean, "time": JsonText}
WORDS = {"text": "a text", "number": "a number", "boolean": "true or false", "time": "a time", "date": "a date"}


@dataclass(frozen=True)
class Attribute:
    """One attribute; `type` is text, number, boolean, time, or date (only the date of birth).

    `indexed`: PostgreSQL finds its values by index. Not those of names that differ in nothing but case.
    """

    name: str
    type: str
    built_in: bool = False
    indexed: bool = False

    def value(self, prefix: str = "") -> Combinable:
        """The expression that reads it; `prefix` leads from the queried model to the profile ("profile__")."""
        if self.built_in:
            return F(f"{prefix}{self.name}")
        return READERS[self.type](F(f"{prefix}attributes"), self.name)


BUILT_IN = {name: Attribute(name, "text", True) for name in TEXTS}
BUILT_IN["date_of_birth"] = Attribute("date_of_birth", "date", True)


def custom() -> dict[str, Attribute]:
    """Every registered custom attribute, by name (one query)."""
    known = dict(CustomAttribute.objects.values_list("name", "type"))
    alike = Counter(map(fold, known))
    return {name: Attribute(name, kind, indexed=alike[fold(name)] == 1) for name, kind in known.items()}


def suggestion(name: str, known: Iterable[str]) -> str:
    """ " Did you mean plan?", or nothing when no known name is near."""
    near = get_close_matches(name[:LONGEST_NAME], list(known), 1, 0.7)
    return f" Did you mean {near[0]}?" if near else ""
