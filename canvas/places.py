"""Where a launch Problem is mended: the page and the field, as a link and in words.

What is not about the Canvas itself stands elsewhere: whoever brings such checks registers the page, by the prefix of
their ids.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from config.team.models import User

from .document import Document
from .models import Canvas
from .problems import Problem

FIELDS = {"audience": "id_kind_0", "entry": "id_at_0"}
SECTIONS = {"audience": "Audience", "entry": "Entry", "build": "Build", "elsewhere": "Elsewhere"}


@dataclass(frozen=True)
class Place:
    """A page outside the builder, and who may open it."""

    title: str
    url: Callable[[Problem], str]
    permission: str


PLACES: dict[str, Place] = {}


def register(prefix: str, place: Place) -> None:
    PLACES[prefix] = place


def section(problem: Problem) -> str:
    """audience, entry, build, or elsewhere."""
    if problem.step is None and problem.field in FIELDS:
        return problem.field
    return "build" if problem.step or place_of(problem) is None else "elsewhere"


def place_of(problem: Problem) -> Place | None:
    return None if problem.step else PLACES.get(problem.id.partition(".")[0])


def url_of(canvas: Canvas, problem: Problem, user: User | None = None) -> str:
    """The page with the field as its fragment; "" where `user` may not open that page."""
    where, place = section(problem), place_of(problem)
    if place:
        return place.url(problem) if user is None or user.has_perm(place.permission) else ""
    if where in FIELDS:
        return reverse(f"canvas:{where}", args=[canvas.pk]) + f"#{FIELDS[where]}"
    if problem.field == "people":
        return reverse("canvas:review", args=[canvas.pk]) + "#people"
    if problem.step and problem.field and problem.field != "next":
        return reverse("canvas:step", args=[canvas.pk, problem.step]) + f"#id_{problem.field}"
    fragment = f"#step-{problem.step}" if problem.step else "#add-first"
    return reverse("canvas:builder", args=[canvas.pk]) + fragment


def words_of(document: Document, problem: Problem) -> str:
    """Build → Delay: Wait 1 day → Duration."""
    place = place_of(problem)
    if place:
        return place.title
    words = [SECTIONS[section(problem)]]
    step = document.by_key.get(problem.step or "")
    if step:
        words.append(step.title)
        setting = step.type.settings.get(problem.field or "")
        words += [setting.label] if setting else []
    return " → ".join(words)
