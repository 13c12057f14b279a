"""Why somebody is in a segment, or isn't: every condition of its filter, true or false, and what she has there.

The groups are worked out here from their conditions, and these all in one query, as the segment itself would ask them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.expressions import Combinable

from . import behaviour, facts, filter_form, filters
from .facts import Fact
from .filter_named import Named
from .filter_nodes import Raw
from .filter_sentences import words_of
from .filter_shape import group_in, peeled, turned
from .filter_words import EMPTY, GROUPS, deed_answer
from .filters import FilterRefused, Reading, WholeLibrary
from .membership import true_if
from .models import Profile, Segment

NEGATED = ("none", "not_all")
JOINED = {"all": all, "any": any, "none": any, "not_all": all}


@dataclass
class Line:
    """One condition, or a group of them (`joined`: all, any, none, not_all). `own` is what the person has there."""

    words: str
    discreet: str
    holds: bool = False
    own: Fact | None = None
    joined: str = ""
    members: list["Line"] = field(default_factory=list)

    def decide(self) -> None:
        """Works out the groups, once their conditions are answered."""
        for member in self.members:
            member.decide()
        if self.joined:
            held = JOINED[self.joined](member.holds for member in self.members)
            self.holds = held != (self.joined in NEGATED)

    @property
    def deciding(self) -> Iterator["Line"]:
        """The conditions that make it what it is: those that fail, where all must hold."""
        if not self.members:
            yield self
        inner = self.holds != (self.joined in NEGATED)
        for member in self.members:
            if member.holds == inner:
                yield from member.deciding


def told(segment: Segment, profile: Profile, now: datetime) -> Line:
    """The whole filter, answered for her. A constant number of queries. Raises FilterRefused."""
    library = WholeLibrary()
    faults = filters.check(segment.filter, segment=segment.name, library=library)
    if faults:
        raise FilterRefused(faults)
    asking = Asking(profile, Reading(now, library=library))
    found = asking.line(segment.filter)
    asking.answer()
    found.decide()
    return found


@dataclass
class Asking:
    """The conditions on the way through a filter, to be answered together."""

    profile: Profile
    reading: Reading
    lines: list[Line] = field(default_factory=list)
    asked: dict[str, Combinable] = field(default_factory=dict)
    deeds: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Kind and name of those that are about what she did, by their places among the lines."""

    def line(self, document: Any) -> Line:
        document, _ = peeled(document)
        group = group_in(document)
        if not group:
            return self.condition(document)
        kind, inside = group
        words = GROUPS[kind] if inside else EMPTY[kind].split(".")[0]
        return Line(words, words, joined=kind, members=[self.line(one) for one in inside])

    def condition(self, document: Any) -> Line:
        node = filter_form.draw_condition(document, "", "", 1, self.reading.library.custom)
        if isinstance(node, Named) and node.kind == "segment":
            joined = "all" if node.fields["op"] == "in" else "not_all"
            inside = self.line(self.reading.library.segment(node.fields["named"]))
            return Line(node.sentence, node.discreet, joined=joined, members=[inside])
        found = Line(*self.both_words(document))
        self.ask(found, document)
        return found

    def both_words(self, document: Any) -> tuple[str, str]:
        """For those who may see personal data, and for the others."""
        node = filter_form.draw_condition(document, "", "", 1, self.reading.library.custom)
        inner = turned(document)
        if isinstance(node, Raw) and inner is not None:
            return tuple(f"not: {words}" for words in self.both_words(inner))
        return words_of(node, True), words_of(node, False)

    def ask(self, found: Line, document: Any) -> None:
        self.reading.conditions = self.reading.values = 0
        place, inner = len(self.lines), turned(document) or document
        self.asked[f"holds_{place}"] = true_if(Q(self.reading.read(document, "filter")))
        if "attribute" in inner:
            found.own = facts.fact(self.profile, inner["attribute"], self.reading.library.custom)
        elif kind := next((kind for kind in behaviour.CONDITIONS if kind in inner), ""):
            self.asked[f"amount_{place}"] = behaviour.amount(self.reading, inner)
            self.deeds[place] = kind, inner[kind]
        self.lines.append(found)

    def answer(self) -> None:
        if not self.asked:
            return
        row = Profile.objects.filter(pk=self.profile.pk).annotate(**self.asked).values(*self.asked).get()
        for place, line in enumerate(self.lines):
            line.holds = row[f"holds_{place}"]
        for place, (kind, name) in self.deeds.items():
            self.lines[place].own = Fact(*deed_answer(kind, row[f"amount_{place}"], name), "number")
