"""The audit log for admins: who did what, when; narrowed down, and the same as a CSV file."""

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .. import audit
from ..models import AuditEvent

PAGE = 50
may_view = permission_required("team.view_auditevent", raise_exception=True)


def narrowed(request: HttpRequest) -> tuple[audit.Narrow, QuerySet[AuditEvent]]:
    """What can't be read is told beside its field, and nothing is found by it."""
    form = audit.Narrow(request.GET)
    return form, audit.found(**form.cleaned_data) if form.is_valid() else AuditEvent.objects.none()


@require_safe
@may_view
def index(request: HttpRequest) -> HttpResponse:
    form, rows = narrowed(request)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "team/audit.html", {"form": form, "page": page})


@require_safe
@may_view
def export(request: HttpRequest) -> StreamingHttpResponse:
    _, rows = narrowed(request)
    headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
    return StreamingHttpResponse(audit.lines(rows), content_type="text/csv; charset=utf-8", headers=headers)
