"""What the template of the filter form draws: groups, conditions, and what can only be shown; each with its faults."""

import json
import re
from dataclasses import dataclass, field

from django.conf import settings

from . import filter_words
from .attributes import ALIASES
from .filter_shape import LEVELS
from .filter_values import KINDS, Fields
from .filters import printable

LINE = re.compile(r"\.value\[([0-9]+)\]$")
PERSONAL = {"external_id", "email", "phone", "first_name", "last_name", "date_of_birth", "zip", "mobile_advertiser_id"}


@dataclass(frozen=True)
class Choice:
    """One option of a select."""

    value: str
    label: str


@dataclass
class Node:
    """One group or condition: the name of its fields, and where it stands in the document."""

    name: str
    path: str
    level: int

    def __post_init__(self) -> None:
        self.faults: dict[str, list[str]] = {}

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def at(self) -> str:
        """Positions from the root."""
        return self.name.partition(".")[2]

    def blame(self, rest: str, message: str) -> None:
        """Notes a fault; `rest` is what its path has beyond this node's."""
        self.faults.setdefault("", []).append(message)

    @property
    def messages(self) -> list[str]:
        return list(dict.fromkeys(message for messages in self.faults.values() for message in messages))


@dataclass
class Group(Node):
    kind: str
    members: list[Node] = field(default_factory=list)
    is_group = True

    kinds = [Choice(kind, label) for kind, label in filter_words.GROUPS.items()]

    @property
    def label(self) -> str:
        return filter_words.GROUPS[self.kind]

    @property
    def empty(self) -> str:
        return filter_words.EMPTY[self.kind]

    @property
    def means(self) -> str:
        """Whom the empty group fits."""
        return self.empty.split(".")[0]

    @property
    def other(self) -> str:
        """The kind of a new group in this one: to ask the same again would say nothing."""
        return "any" if self.kind in ("all", "not_all") else "all"

    @property
    def may_hold_groups(self) -> bool:
        return self.level < LEVELS


@dataclass
class Condition(Node):
    """About an attribute of this type."""

    template = "audiences/_filter_attribute.html"
    fields: Fields
    type: str

    @property
    def kind(self) -> str:
        return self.fields["kind"]

    def blame(self, rest: str, message: str) -> None:
        rest = rest.removeprefix(".not")
        part = next((name for name in ("attribute", "op", "value") if rest.startswith(f".{name}")), "")
        self.faults.setdefault(part, []).append(self.in_words(part, rest, message))

    def in_words(self, part: str, rest: str, message: str) -> str:
        """The grammar speaks to people who write JSON; here nobody does."""
        if part == "attribute" and not self.fields["attribute"]:
            return "Choose what it is about."
        if part == "value":
            line = LINE.search(rest)
            said = self.wanted if self.kind in ("number", "numbers") or self.is_empty else message
            return f"Line {int(line[1]) + 1}: {said}" if line else said
        return message

    @property
    def wanted(self) -> str:
        return KINDS[self.kind].words if self.kind != "numbers" or self.is_empty else KINDS["number"].words

    @property
    def is_empty(self) -> bool:
        return KINDS[self.kind].read(self.fields) in ("", [])

    @property
    def has_time(self) -> bool:
        return self.type == "time" or bool(self.fields["time"])

    @property
    def zone(self) -> str:
        """The clock that the time is read on: the written one, or the company's."""
        written = self.fields["zone"].lstrip(":.0123456789")
        return ("UTC" if written == "Z" else written) or settings.TIME_ZONE

    @property
    def ops(self) -> list[Choice]:
        """What fits the type, and what stands there though the form wouldn't offer it."""
        offered, chosen = filter_words.ops_for(self.type), self.fields["op"]
        return [Choice(op, filter_words.op_word(op)) for op in offered + [chosen] * (chosen not in offered)]

    @property
    def sentence(self) -> str:
        """The condition in words."""
        return self.said(filter_words.value_word(self.kind, self.fields))

    @property
    def discreet(self) -> str:
        """The same for those who may not see personal data: a filter may name somebody."""
        name = ALIASES.get(self.fields.get("attribute", ""), self.fields.get("attribute"))
        return self.said("•••") if name in PERSONAL and self.kind != "nothing" else self.sentence

    def said(self, value: str) -> str:
        name = filter_words.attribute_word(self.fields["attribute"])
        return f"{name} {filter_words.op_word(self.fields['op'])} {value}".strip()

    @property
    def units(self) -> list[Choice]:
        return [Choice(unit, label) for unit, label in filter_words.UNITS.items()]


@dataclass
class Raw(Node):
    """What the fields can't show. It is kept to the letter."""

    fields: Fields

    @property
    def kind(self) -> str:
        return "json"

    @property
    def text(self) -> str:
        return printable(json.dumps(json.loads(self.fields["json"]), ensure_ascii=False))
