"""The graph as pages show it: cards in reading order with their problems, arrows, pluses, and the outline."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from config.team.models import User

from . import describe, layout, places
from .document import Draft, StepSpec
from .problems import Problem
from .shape import ENTRY, Link, Node, Shape, leads_alone, ordered_below, shape
from .steps.base import Fact

MANY = 30
MINIMAP, LEAST = (180, 240), 64
BRANCHES = {"yes": "Yes", "no": "No", "everyone_else": "Everyone else", "control": "Control group", "next": "Next"}


@dataclass(frozen=True)
class Row:
    """A Problem with the way to its cure."""

    problem: Problem
    url: str
    where: str

    @property
    def is_in_editor(self) -> bool:
        """Its cure is a field of the step's editor."""
        return "/steps/" in self.url


@dataclass(frozen=True)
class Plus:
    """A place where a step can be added; `url` asks which."""

    x: int
    y: int
    after: str
    branch: str
    words: str
    url: str
    is_end: bool


@dataclass
class Card:
    """One step, ready to be shown; `url` opens its editor."""

    step: StepSpec
    place: layout.Card
    title: str
    url: str
    summary: str
    facts: Sequence[Fact]
    problems: list[Row] = field(default_factory=list)
    pluses: list[Plus] = field(default_factory=list)

    @property
    def errors(self) -> int:
        return sum(row.problem.level == "error" for row in self.problems)

    @property
    def is_high(self) -> bool:
        return bool(self.facts)


@dataclass(frozen=True)
class Line:
    """A piece of the outline: a `step`, a branch's `open` and `close`, where branches `meet`, what one `leads` to."""

    kind: str
    card: Card | None = None
    label: str = ""
    plus: Plus | None = None


class Board:
    """Made from a document that was read, and the problems that were found in it."""

    def __init__(self, draft: Draft, found: Sequence[Problem], user: User | None = None) -> None:
        self.draft, self.document, self.canvas = draft, draft.document, draft.canvas
        self.home = reverse("canvas:builder", args=[draft.canvas.pk]).removesuffix("build/")
        self.rows = [
            Row(one, places.url_of(self.canvas, one, user), places.words_of(self.document, one)) for one in found
        ]

    @property
    def errors(self) -> list[Row]:
        return [row for row in self.rows if row.problem.level == "error"]

    @property
    def warnings(self) -> list[Row]:
        return [row for row in self.rows if row.problem.level != "error"]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Errors by section."""
        counts: dict[str, int] = defaultdict(int)
        for row in self.errors:
            counts[places.section(row.problem)] += 1
        return dict(counts)

    @cached_property
    def nodes(self) -> list[Node]:
        return [
            Node(step.key, {branch: step.next.get(branch) for branch in step.branches}, step.type.height)
            for step in self.document.steps
        ]

    @cached_property
    def shape(self) -> Shape:
        return shape(self.nodes)

    @cached_property
    def picture(self) -> layout.Picture:
        return layout.draw(self.nodes)

    @property
    def heads(self) -> Iterator[tuple[str, str]]:
        """A small triangle where an arrow comes to a card, by the card's key."""
        return ((key, f"M{x - 4.5} {y - 8}h9L{x} {y - 1}z") for key, (x, y) in self.picture.heads.items())

    @property
    def minimap(self) -> tuple[int, int] | None:
        """Its width and height in pixels; None where the whole can be seen without."""
        if len(self.document.steps) < MANY:
            return None
        scale = min(MINIMAP[0] / self.picture.width, MINIMAP[1] / self.picture.height)
        return max(LEAST, round(self.picture.width * scale)), max(LEAST, round(self.picture.height * scale))

    @property
    def labels(self) -> Iterator[tuple[layout.Mark, str]]:
        return ((mark, branch_words(mark.link.branch)) for mark in self.picture.labels)

    @cached_property
    def cards(self) -> list[Card]:
        """In reading order."""
        return [self.card(place) for place in self.picture.cards]

    @cached_property
    def by_key(self) -> dict[str, Card]:
        return {card.step.key: card for card in self.cards}

    def card(self, place: layout.Card) -> Card:
        step = self.document.by_key[place.key]
        title, url = self.titles[place.key], f"{self.home}steps/{place.key}/"
        summary = step.type.summary(step.settings) or "Not set yet"
        facts = step.type.facts(step, self.draft)
        return Card(step, place, title, url, summary, facts, self.problems[place.key], self.pluses[place.key])

    @cached_property
    def titles(self) -> dict[str, str]:
        return {step.key: step.title for step in self.document.steps}

    @cached_property
    def problems(self) -> dict[str | None, list[Row]]:
        """By step."""
        found: dict[str | None, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row.problem.step].append(row)
        return found

    @cached_property
    def pluses(self) -> dict[str, list[Plus]]:
        """By the step that they come after; the entry's are under ""."""
        found: dict[str, list[Plus]] = defaultdict(list)
        for mark in self.picture.pluses:
            found[mark.link.source].append(self.plus(mark))
        return found

    def plus(self, mark: layout.Mark) -> Plus:
        link = mark.link
        url = f"{self.home}add/?{urlencode({'after': link.source, 'branch': link.branch})}"
        return Plus(mark.x, mark.y, link.source, link.branch, self.place_words(link), url, link.target is None)

    def place_words(self, link: Link) -> str:
        """after Delay: Wait 1 day · on branch Yes of Decision Split."""
        if link.source == ENTRY:
            return "after the entry"
        title, alone = self.titles[link.source], len(self.shape.out(link.source)) == 1
        return f"after {title}" if alone else f"on branch {branch_words(link.branch)} of {title}"

    @property
    def first_plus(self) -> Plus:
        return self.pluses[ENTRY][0]

    @property
    def entry(self) -> dict[str, str]:
        return {
            "when": describe.entry(self.document.entry),
            "sentence": describe.entering(self.document.entry),
            "who": describe.audience(self.document.audience),
        }

    @cached_property
    def audience_size(self) -> int | None:
        """None while it can't be told."""
        return None if self.draft.people is None else self.draft.people.count()

    @property
    def entry_errors(self) -> int:
        return self.counts.get("entry", 0) + self.counts.get("audience", 0)

    @property
    def again(self) -> str:
        return describe.reentry(self.document.source.get("reentry"))

    @property
    def outline(self) -> list[Line]:
        """The graph as nested lists, in one flat run: every `open` has its `close`."""
        lines: list[Line] = []
        waiting: list[Line | str] = [ENTRY]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Line):
                lines.append(one)
            else:
                waiting.extend(reversed(list(self.below(one))))
        return lines

    def below(self, key: str) -> Iterator[Line | str]:
        """What follows a step, the way it is read: its branches, then where they meet. A key stands for its own."""
        ways, alone = self.shape.out(key), len(self.shape.out(key)) == 1
        for link in ways:
            if not alone:
                yield Line("open", label=branch_words(link.branch), plus=self.plus_of(link))
            yield from self.way(link)
            if not alone:
                yield Line("close")
        for other in ordered_below(self.shape, key):
            if self.shape.is_join(other) or other not in self.shape.incoming:
                yield Line("meet", label="Branches meet here" if self.shape.is_join(other) else "Nobody gets here")
                yield from self.step_lines(other)

    def way(self, link: Link) -> Iterator[Line | str]:
        if link.target is None:
            return
        if leads_alone(self.shape, link):
            yield from self.step_lines(link.target)
        else:
            yield Line("leads", self.by_key[link.target])

    def step_lines(self, key: str) -> Iterator[Line | str]:
        ways = self.shape.out(key)
        yield Line("step", self.by_key[key], plus=self.plus_of(ways[0]) if len(ways) == 1 else None)
        yield key

    def plus_of(self, link: Link) -> Plus:
        return next(plus for plus in self.pluses[link.source] if plus.branch == link.branch)


def branch_words(branch: str) -> str:
    return BRANCHES.get(branch, branch)
