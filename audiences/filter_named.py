"""Conditions that only name something, as form fields: a segment, and what other packages add from their apps.py."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .filter_nodes import Choice, Node
from .filter_shape import turned
from .filter_values import Fields, one_line
from .models import Segment


@dataclass(frozen=True)
class Kind:
    """`label` is what people call such a thing, `inside` the words between a person and its name."""

    label: str
    inside: str
    outside: str
    names: Callable[[], Iterable[str]]


def segments() -> Iterable[str]:
    return Segment.objects.order_by("name").values_list("name", flat=True)


NAMED = {"segment": Kind("segment", "is in segment", "is not in segment", segments)}


@dataclass
class Named(Node):
    """One such condition. `choices` are the names that there are, but for the segment that is being edited."""

    template = "audiences/_filter_named.html"
    fields: Fields
    choices: list[Choice] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.fields["kind"]

    @property
    def means(self) -> Kind:
        return NAMED[self.kind]

    @property
    def names(self) -> set[str]:
        return {choice.value for choice in self.choices}

    @property
    def ops(self) -> list[Choice]:
        return [Choice("in", self.means.inside), Choice("not in", self.means.outside)]

    def blame(self, rest: str, message: str) -> None:
        part = "named" if rest.removeprefix(".not").startswith(f".{self.kind}") else ""
        unchosen = part and not self.fields["named"]
        self.faults.setdefault(part, []).append(f"Choose a {self.means.label}." if unchosen else message)

    @property
    def sentence(self) -> str:
        words = self.means.inside if self.fields["op"] == "in" else self.means.outside
        return f"{words} {self.fields['named']}"

    @property
    def discreet(self) -> str:
        return self.sentence


def fields_of(document: object) -> Fields | None:
    inner = turned(document) or document
    kind = next((key for key in NAMED if isinstance(inner, dict) and key in inner), None)
    if kind is None:
        return None
    return {"kind": kind, "op": "in" if inner is document else "not in", "named": str(inner[kind])}


def read(fields: Fields, kind: str) -> dict:
    """What the fields of a condition of this kind say; those of another kind say nothing."""
    named = fields.get("named", "") if fields["kind"] == kind else ""
    document = {kind: one_line(named)}
    return {"not": document} if fields.get("op") == "not in" else document
