"""The ledger of a step's attempts as a page and as a file, with what people did by hand."""

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from canvas.models import Step
from config.team.models import AuditEvent

from .. import ledger
from ..errors import KINDS
from .by_hand import step_or_404

SHOWN = 12
may_view = permission_required("integrations.view_customaudience", raise_exception=True)


class AskedForm(forms.Form):
    outcome = forms.ChoiceField(required=False, choices=[(name, ledger.in_words(name)) for name in ledger.OUTCOMES])
    before = forms.IntegerField(required=False, min_value=0, max_value=2**63 - 1)


def asked(request: HttpRequest) -> dict:
    form = AskedForm(request.GET)
    if not form.is_valid():
        raise Http404
    return form.cleaned_data


@require_safe
@may_view
def index(request: HttpRequest, pk: int) -> HttpResponse:
    step, wanted = step_or_404(pk), asked(request)
    page = ledger.page(ledger.of_step(step, wanted["outcome"]), wanted["before"] or 0)
    rows = [(attempt, ledger.in_words(attempt.outcome)) for attempt in page.attempts]
    context = {"step": step, "rows": rows, "next": page.next, "outcome": wanted["outcome"], "later": wanted["before"]}
    context["outcomes"] = [(name, ledger.in_words(name)) for name in ledger.OUTCOMES]
    context |= {"by_hand": by_hand(step), "days": settings.ATTEMPT_RETENTION_DAYS, "kinds": KINDS}
    return render(request, "integrations/attempts.html", context)


def by_hand(step: Step) -> QuerySet[AuditEvent]:
    """What people did to its syncs, the latest first."""
    return AuditEvent.objects.filter(action__startswith="sync.", details__step=step.pk).select_related("actor")[:SHOWN]


@require_safe
@may_view
def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    step, wanted = step_or_404(pk), asked(request)
    name = f"attempts-{slugify(step.canvas.name) or 'canvas'}-{step.key}.csv"
    return StreamingHttpResponse(
        ledger.lines(ledger.of_step(step, wanted["outcome"])), content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip
