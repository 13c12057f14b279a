"""Whether Message steps may write to somebody, on her page."""

from collections.abc import Iterator

from django.http import HttpRequest

from audiences.models import Profile
from audiences.panels import SIDE, Part

from . import suppression


def panel(profile: Profile, request: HttpRequest) -> Iterator[Part]:
    if not request.user.has_perm("integrations.view_customaudience"):
        return
    found = suppression.of(profile).select_related("actor").order_by("at").first()
    yield Part(SIDE, "mail/_profile.html", {"suppression": found, "profile": profile})
