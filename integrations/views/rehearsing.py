"""What stands beside a step's form: somebody is found, and what would leave for her is shown. Nothing is sent.

Raw personal data: only for those who may see them, by POST alone, and nothing of it is kept or written down.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from canvas.document import Draft, StepSpec, draft_of
from canvas.models import Canvas

from .. import somebody

Answer = Callable[[dict[str, Any], StepSpec, Draft], Mapping[str, Any]]


def view(step_type: str, asked: type[somebody.Asked], answer: Answer, template: str) -> Callable[..., HttpResponse]:
    """The view of steps of that type: `answer` gives what the template draws."""

    @require_POST
    @never_cache
    @permission_required(somebody.MAY, raise_exception=True)
    def rehearse(request: HttpRequest, pk: int, key: str) -> HttpResponse:
        canvas = get_object_or_404(Canvas.objects.select_related("live_version"), pk=pk)
        draft = draft_of(canvas, timezone.now())
        step = draft.document.by_key.get(key)
        if step is None or step.type.type != step_type:
            raise Http404("There is no such step.")
        if not request.htmx:
            return redirect("canvas:step", pk, key)
        form = asked(request.POST)
        chosen = form.cleaned_data if form.is_valid() else {}
        if chosen.get("retyped") and not chosen.get("person"):
            return HttpResponse(status=204)
        context = {"canvas": canvas, "step": step, "asked": chosen} | answer(chosen, step, draft)
        return render(request, template, context)

    return rehearse
