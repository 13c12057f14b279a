"""Unsubscribing, for whoever holds the link of a message; the preview of a message; and who is written to, by hand."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from audiences.models import Profile
from config.team.models import record

from ..views import rehearsing
from . import preview as previewing
from . import suppression


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@csrf_exempt
@login_not_required
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks: programs that look into mails follow links. POST does it, also a mail program's own button (RFC 8058),
    which brings no cookie: the token is what it has to show."""
    try:
        suppression.read(token)
    except suppression.NoSuchLink:
        return answered(request, {"unknown": True}, 404)
    if request.method == "POST":
        suppression.by_link(token, timezone.now())
    return answered(request, {"done": request.method == "POST"})


def answered(request: HttpRequest, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, "mail/unsubscribe.html", context | {"brand": settings.BRAND_NAME}, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


preview = rehearsing.view("message", previewing.Asked, previewing.answer, "steps/_message_previewed.html")


@require_POST
@permission_required("audiences.change_profile", raise_exception=True)
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """She is not written to any more, or (`lift`) again."""
    person = get_object_or_404(Profile, pk=pk)
    if "lift" not in request.POST:
        suppression.by_hand(person, request.user, timezone.now())
        note(request, "mail.suppressed", person)
        messages.success(request, "No Message step writes to this person any more.")
    else:
        lift(request, person)
    return redirect("audiences:profile", pk)


def lift(request: HttpRequest, person: Profile) -> None:
    lifted = suppression.lift(person)
    if lifted:
        note(request, "mail.allowed", person)
    if suppression.of(person).exists():
        messages.warning(request, "Somebody else with the same e-mail unsubscribed: no Message step writes to it.")
    elif lifted:
        messages.success(request, "Message steps may write to this person again.")


def note(request: HttpRequest, action: str, person: Profile) -> None:
    """By number: the audit log names nobody."""
    record(action, f"profile {person.pk}", actor=request.user, via="dashboard")
