"""The preview of a request, and the key that signs requests."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ..views import rehearsing
from . import preview as previewing
from . import signing

preview = rehearsing.view("webhook", previewing.Asked, previewing.answer, "steps/_webhook_previewed.html")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("integrations.change_connection", raise_exception=True)
def key(request: HttpRequest) -> HttpResponse:
    """Which key signs requests; POST makes a new one, which is shown this once."""
    made = signing.make(timezone.now(), request.user) if request.method == "POST" else ""
    return render(request, "webhook/key.html", {"made": made, "about": signing.about()})
