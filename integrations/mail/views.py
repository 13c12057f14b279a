"""Unsubscribing, for whoever holds the link of a message; the preview of a message; and who is written to, by hand."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from audiences.models import Profile
from canvas.document import draft_of
from canvas.models import Canvas
from config.team.models import record

from .. import somebody
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


@require_POST
@never_cache
@permission_required(somebody.MAY, raise_exception=True)
def preview(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The message as one person would get it, with the texts of the form where there are any."""
    canvas = get_object_or_404(Canvas.objects.select_related("live_version"), pk=pk)
    draft = draft_of(canvas, timezone.now())
    step = draft.document.by_key.get(key)
    if step is None or step.type.type != "message":
        raise Http404("There is no such step.")
    if not request.htmx:
        return redirect("canvas:step", pk, key)
    form = previewing.Asked(request.POST)
    asked = form.cleaned_data if form.is_valid() else {}
    context = {"canvas": canvas, "step": step, "asked": asked} | previewing.answer(asked, step, draft)
    return render(request, "steps/_message_previewed.html", context)


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
