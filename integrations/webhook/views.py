"""The preview of a request, and the key that signs requests."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from canvas.document import draft_of
from canvas.models import Canvas

from .. import somebody
from . import preview as previewing
from . import signing


@require_POST
@never_cache
@permission_required(somebody.MAY, raise_exception=True)
def preview(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The request about one person, with what stands in the form where there is one."""
    canvas = get_object_or_404(Canvas.objects.select_related("live_version"), pk=pk)
    draft = draft_of(canvas, timezone.now())
    step = draft.document.by_key.get(key)
    if step is None or step.type.type != "webhook":
        raise Http404("There is no such step.")
    if not request.htmx:
        return redirect("canvas:step", pk, key)
    form = previewing.Asked(request.POST)
    asked = form.cleaned_data if form.is_valid() else {}
    context = {"canvas": canvas, "step": step, "asked": asked}
    return render(request, "steps/_webhook_previewed.html", context | previewing.answer(asked, step, draft))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@permission_required("integrations.change_connection", raise_exception=True)
def key(request: HttpRequest) -> HttpResponse:
    """Which key signs requests; POST makes a new one, which is shown this once."""
    made = signing.make(timezone.now(), request.user) if request.method == "POST" else ""
    return render(request, "webhook/key.html", {"made": made, "about": signing.about()})
