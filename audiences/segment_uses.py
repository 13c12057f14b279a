"""Who uses which segment. A filter names a segment by its name, so one that is used keeps its name and can't go.

Another package adds what it knows to USERS from its apps.py.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from .models import Segment


@dataclass(frozen=True)
class Use:
    """The segment of this name is named by something: its kind ("Canvas"), its name, and its page, if it has one."""

    segment: str
    kind: str
    name: str
    url: str = ""


def uses(names: Iterable[str]) -> dict[str, list[Use]]:
    """By segment; one query for each kind of user, however many names."""
    found: dict[str, list[Use]] = {name: [] for name in names}
    for users in USERS:
        for use in users():
            if use.segment in found and use not in found[use.segment]:
                found[use.segment].append(use)
    return found


def of(name: str) -> list[Use]:
    return uses([name])[name]


def named_in(document: Any) -> Iterator[str]:
    """The names of the segments that a filter, or a document with filters in it, names."""
    parts = document if isinstance(document, list) else []
    if isinstance(document, dict):
        parts = document.values()
        if isinstance(document.get("segment"), str):
            yield document["segment"]
    for part in parts:
        yield from named_in(part)


def segments() -> Iterator[Use]:
    for pk, name, document in Segment.objects.order_by("name").values_list("pk", "name", "filter"):
        for used in named_in(document):
            yield Use(used, "Segment", name, reverse("audiences:segment", args=[pk]))


USERS: list[Callable[[], Iterator[Use]]] = [segments]
