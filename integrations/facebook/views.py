"""The rehearsal beside the Custom Audience form: finds a person, and shows what would be sent for her.

Raw personal data: only for those who may see them, by POST alone, and nothing of it is kept or written down.
"""

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from canvas.document import Draft, draft_of
from canvas.models import Canvas

from .. import somebody
from . import fields, rehearsal


class Asked(somebody.Asked):
    """`ticked`: the fields are those of the form, which may not be saved yet; else those of the step."""

    ticked = forms.BooleanField(required=False)
    fields = forms.MultipleChoiceField(required=False, choices=list(fields.LABELS.items()))


@require_POST
@never_cache
@permission_required(somebody.MAY, raise_exception=True)
def rehearse(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    canvas = get_object_or_404(Canvas.objects.select_related("live_version"), pk=pk)
    draft = draft_of(canvas, timezone.now())
    step = draft.document.by_key.get(key)
    if step is None or step.type.type != "facebook_audience":
        raise Http404("There is no such step.")
    if not request.htmx:
        return redirect("canvas:step", pk, key)
    form = Asked(request.POST)
    asked = form.cleaned_data if form.is_valid() else {}
    chosen = asked.get("fields", []) if asked.get("ticked") else step.settings.get("fields", [])
    context = {"canvas": canvas, "step": step, "asked": asked} | answer(asked, chosen, draft)
    return render(request, "steps/_rehearsed.html", context)


def answer(asked: dict, chosen: list[str], draft: Draft) -> dict:
    found = somebody.answer(asked, draft)
    person = found.get("person")
    return {"rehearsal": rehearsal.of(person, chosen, draft.people)} if person else found
