"""Undoing an import: says first how many people go and how many stay. Small ones need no queue."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from .. import import_queue, import_undo
from ..models import Import
from .imports import AT_ONCE, SMALL_IMPORT

may_undo = permission_required(["audiences.add_import", "audiences.delete_profile"], raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may_undo
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Import, pk=pk)
    if not record.can_be_undone:
        return redirect("audiences:import", pk)
    if request.method == "POST":
        begin(request, record)
        return redirect("audiences:import", pk)
    going = import_undo.going(record).count()
    context = {"import": record, "going": going, "staying": record.created - going}
    return render(request, "audiences/import_undo.html", context)


def begin(request: HttpRequest, record: Import) -> None:
    now = timezone.now()
    started = import_undo.start(record, request.user, now + import_queue.REFUSED_FOR)
    if started and record.created <= SMALL_IMPORT:
        import_queue.run(record, now, AT_ONCE)
