"""The versions of a Canvas: the draft of the next one is begun and thrown away here, earlier ones are looked at,
compared and restored."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audiences import masking
from audiences.filter_sentences import teller

from .. import saving, version_list, versions
from ..models import Canvas, Version
from .frame import canvas_of, edition, frame, saved

PAGE = 20


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def index(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = canvas_of(pk)
    say = teller(masking.may_see(request.user))
    page = Paginator(canvas.versions.order_by("-number").select_related("published_by"), PAGE)
    page = page.get_page(request.GET.get("page"))
    numbers = [version.number - 1 for version in page]
    before = {version.number: version for version in canvas.versions.filter(number__in=numbers)}
    context = {"page": page, "rows": version_list.rows(page, before, say)} | comparison(request, canvas, say)
    return render(request, "canvas/versions.html", frame(request, canvas, "versions", **context))


def comparison(request: HttpRequest, canvas: Canvas, say) -> dict:
    """Without a choice: the newest of all against the one before."""
    choices = version_list.choices(canvas)
    names = [name for name, _ in choices]
    new = request.GET.get("new") or (names[0] if names else "")
    old = request.GET.get("old") or (names[1] if len(names) > 1 else new)
    found = version_list.compared(canvas, old, new, say) if names else None
    words = dict(choices)
    return {
        "choices": choices, "old": old, "new": new, "compared": found,
        "old_words": words.get(old), "new_words": words.get(new),
    }  # fmt: skip


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft of the next version; the one there is, if somebody has begun it."""
    canvas = canvas_of(pk)
    try:
        versions.begin(canvas.pk, request.user)
    except saving.NotADraft as refusal:
        messages.error(request, str(refusal))
    return redirect("canvas:builder", pk)


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    canvas_of(pk)

    def done() -> HttpResponse:
        canvas = versions.discard(pk, edition(request), request.user)
        messages.success(request, f"The draft is discarded. Version {canvas.live_version.number} is live as before.")
        return redirect("canvas:builder", pk)

    why = "What would be discarded is not what you have seen."
    return saved(request, pk, done, "Discard the draft", why)


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def restore(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    canvas_of(pk)

    def done() -> HttpResponse:
        canvas = versions.restore(pk, number, edition(request), request.user)
        words = f"The draft of version {canvas.next_number} is as version {number} was."
        messages.success(request, f"{words} Nobody notices before you publish it.")
        return redirect("canvas:builder", pk)

    try:
        return saved(request, pk, done, f"Restore version {number}", "The draft is not the one you have seen.")
    except Version.DoesNotExist:
        raise Http404("There is no such version.") from None
