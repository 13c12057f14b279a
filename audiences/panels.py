"""What other packages show on a person's page. Filled in their `apps.py`, since `audiences` knows none of them.

A panel is called once for a page, must need a constant number of queries, and yields its parts; none where the
reader's role doesn't allow it.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest

from .models import Profile

TOP, MAIN, SIDE = "top", "main", "side"


class Part(NamedTuple):
    """One part: where on the page it stands, its template, and the context of that."""

    place: str
    template: str
    context: dict[str, Any]


Panel = Callable[[Profile, HttpRequest], Iterable[Part]]
PANELS: dict[str, Panel] = {}


def register(name: str, panel: Panel) -> None:
    PANELS[name] = panel


def parts(profile: Profile, request: HttpRequest) -> dict[str, list[Part]]:
    """By place. Who was registered last stands first: it is the farthest from the bare profile."""
    found: dict[str, list[Part]] = {TOP: [], MAIN: [], SIDE: []}
    for panel in reversed(PANELS.values()):
        for part in panel(profile, request):
            found[part.place].append(part)
    return found
