"""The ready-made Canvases, which pages call templates. Filled by the apps' `ready`: Canvas never names a partner.

What a template says about people is a suggestion: of its filters the first that this installation can use, which
depends on the attributes that its people have, and on whether purchases are told to us. Whoever makes a Canvas of it
is told to check that.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from django.utils import timezone

from audiences import filters
from audiences.filters import WholeLibrary
from audiences.models import Purchase
from config.team.models import User

from . import saving
from .document import Document, Draft, read
from .models import Canvas
from .sketch import Sketch, sketch

Filters = Sequence[Mapping[str, Any]]
"""The best one first; the last one of an audience is for everybody: it names built-in attributes only."""


class Known(WholeLibrary):
    """What filters may name here, and whether asking for purchases makes sense."""

    @cached_property
    def has_purchases(self) -> bool:
        return Purchase.objects.exists()

    def can_tell(self, one: Mapping[str, Any]) -> bool:
        """Whether this filter says anything here."""
        return (self.has_purchases or not names_purchases(one)) and not filters.check(one, library=self)


@dataclass(frozen=True)
class Blueprint:
    """`job` is what it is for, in one sentence; `does` is what happens to people in it.

    `steps` are those of a document, but where a filter is expected stand Filters. A step none of whose filters can be
    used is left out, and people go on along its last branch. `{twin}` in a text becomes " 2" in the second Canvas
    that is made of it, and so on.
    """

    key: str
    name: str
    icon: str
    job: str
    does: str
    audience: Filters
    steps: Sequence[Mapping[str, Any]]

    def document(self, known: Known, twin: int = 1) -> Document:
        """Of the `twin`th Canvas of it, as it suits this installation."""
        source = {
            "name": self.twin_name(twin),
            "entry": {"type": "scheduled", "at": "launch"},
            "audience": self.suggested(known),
            "steps": list(self.usable_steps(known, f" {twin}" if twin > 1 else "")),
        }
        return read(source)

    def twin_name(self, twin: int) -> str:
        return f"{self.name} {twin}" if twin > 1 else self.name

    def suggested(self, known: Known) -> dict[str, Any]:
        """The target audience that it begins with."""
        return {"filter": first_usable(self.audience, known)}

    def usable_steps(self, known: Known, twin: str) -> Iterator[dict[str, Any]]:
        settled = {step["key"]: settings_of(step, known, twin) for step in self.steps}
        onward = {step["key"]: last_way(step) for step in self.steps if None in settled[step["key"]].values()}
        for step in self.steps:
            if step["key"] not in onward:
                ways = {branch: follow(target, onward) for branch, target in step["next"].items()}
                ways = {branch: target for branch, target in ways.items() if target}
                yield {**step, "settings": settled[step["key"]], "next": ways}


BLUEPRINTS: dict[str, Blueprint] = {}


def register(*some: Blueprint) -> None:
    BLUEPRINTS.update({one.key: one for one in some})


def first_usable(some: Filters, known: Known) -> Mapping[str, Any] | None:
    return next(filter(known.can_tell, some), None)


def names_purchases(part: Any) -> bool:
    if isinstance(part, dict):
        return "purchase" in part or any(map(names_purchases, part.values()))
    return isinstance(part, list) and any(map(names_purchases, part))


def settings_of(step: Mapping[str, Any], known: Known, twin: str) -> dict[str, Any]:
    """None stands where none of the filters can be used."""
    return {
        name: value.format(twin=twin) if isinstance(value, str)
        else first_usable(value, known) if isinstance(value, tuple) else value
        for name, value in step["settings"].items()
    }  # fmt: skip


def last_way(step: Mapping[str, Any]) -> str:
    return next(reversed(step["next"].values()), "")


def follow(target: str, onward: Mapping[str, str]) -> str:
    while target in onward:
        target = onward[target]
    return target


def filled_in(document: Document) -> Document:
    """With what a step can only be set to, such as the one ad account there is."""
    draft = Draft(document, timezone.now())
    specs = {step.key: dict(step.type.fill_in(step.settings, draft)) for step in document.steps}
    steps = [step | {"settings": specs[step["key"]]} for step in document.source["steps"]]
    return read(document.source | {"steps": steps})


def make(blueprint: Blueprint, actor: User | None) -> Canvas:
    """A draft of its own; a name that is taken gets a number."""
    known, twins = Known(), free_twins(blueprint)
    while True:
        document = filled_in(blueprint.document(known, next(twins)))
        with suppress(saving.NameTaken):
            return saving.create(document, actor, blueprint=blueprint.key)


def free_twins(blueprint: Blueprint) -> Iterator[int]:
    taken = set(Canvas.objects.filter(name__startswith=blueprint.name).values_list("name", flat=True))
    return (twin for twin in count(1) if blueprint.twin_name(twin) not in taken)


FALLBACK = (
    "Nothing that is known of your people tells whom the template means, so it begins with everybody who can be "
    "reached. Choose whom you mean."
)


def suggestion(canvas: Canvas) -> str:
    """What is to be said of the target audience while it is still the one that the template began with, or ""."""
    blueprint, audience = BLUEPRINTS.get(canvas.blueprint), canvas.document.get("audience") or {}
    if not blueprint or audience.get("filter") not in blueprint.audience:
        return ""
    if audience["filter"] == blueprint.audience[-1]:
        return FALLBACK
    return "This is a suggestion of the template. Check whether these are the people you mean."


@dataclass(frozen=True)
class Offer:
    """A template as pages show it: with a picture of the Canvas that it would make here."""

    blueprint: Blueprint
    sketch: Sketch


def offers() -> list[Offer]:
    """All of them. A constant number of queries."""
    known = Known()
    return [Offer(one, sketch(one.document(known))) for one in BLUEPRINTS.values()]
