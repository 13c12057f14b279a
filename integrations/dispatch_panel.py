"""What a person was sent one by one, on her page: messages and requests, the latest first."""

from collections.abc import Iterator

from django.http import HttpRequest

from audiences.models import Profile
from audiences.panels import MAIN, Part
from canvas.steps import registry

from .dispatch_models import Dispatch
from .dispatch_people import NAMES

SHOWN = 20


def panel(profile: Profile, request: HttpRequest) -> Iterator[Part]:
    """Nothing where nothing ever was to be sent."""
    if not request.user.has_perm("integrations.view_customaudience"):
        return
    rows = Dispatch.objects.filter(profile=profile.pk).select_related("outlet__step__canvas").order_by("-pk")
    found = list(rows[: SHOWN + 1])
    if found:
        shown = [(one, NAMES[one.state], registry.label(one.outlet.step.type)) for one in found[:SHOWN]]
        yield Part(MAIN, "integrations/_profile_dispatches.html", {"rows": shown, "more": len(found) > SHOWN})
