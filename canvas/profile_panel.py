"""The journeys of one person, for her page; why she has not come to the other steps is asked for by the page."""

from collections.abc import Iterator

from django.http import HttpRequest

from audiences.models import Profile
from audiences.panels import MAIN, Part

from .profile_trips import SHOWN, trips


def panel(profile: Profile, request: HttpRequest) -> Iterator[Part]:
    if request.user.has_perm("canvas.view_canvas"):
        found = trips(profile)
        yield Part(MAIN, "canvas/_profile_panel.html", {"trips": found[:SHOWN], "more": len(found) > SHOWN})
        yield Part(MAIN, "canvas/_why_not_asked.html", {"profile": profile})
