"""Imports: upload a file, see what it would do, say yes, see what it did. Small files need no queue."""

from collections.abc import Callable

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.team.models import record as audit

from .. import import_files, import_queue
from ..csv_file import FileRefused
from ..import_forms import AnswersForm, ConfirmForm, UploadForm
from ..import_mapping import MappingForm
from ..models import Import

SHOWN = 50
SMALL_FILE, SMALL_IMPORT = 5_000_000, 20_000
AT_ONCE = 20.0
"""Seconds that a small file may take in the request; the rest would go to the queue."""
may_import = permission_required("audiences.add_import", raise_exception=True)
may_download = permission_required(["audiences.add_import", "audiences.see_personal_data"], raise_exception=True)


@require_safe
@may_import
def index(request: HttpRequest) -> HttpResponse:
    return page(request, UploadForm())


def page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    return render(request, "audiences/imports.html", {"form": form, "imports": latest()})


def latest() -> QuerySet[Import]:
    return Import.objects.select_related("author").order_by("-pk")[:SHOWN]


@require_POST
@may_import
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return page(request, form)
    record = received(request, form.cleaned_data["file"])
    if record.state == Import.State.FAILED:
        record.delete()
        form.add_error("file", record.problem)
        return page(request, form)
    return redirect("audiences:import", record.pk)


def received(request: HttpRequest, file) -> Import:
    """The file, kept; if it is small, checked as well."""
    now = timezone.now()
    record = Import.objects.create(
        file_name=file.name, state=Import.State.CHECKING, token=import_files.keep(file), author=request.user,
        started_at=now, files_until=now + import_queue.UNCONFIRMED_FOR,
    )  # fmt: skip
    if file.size <= SMALL_FILE:
        import_queue.run(record, now, AT_ONCE)
        record.refresh_from_db()
    return record


@require_safe
@never_cache
@may_import
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, get_object_or_404(Import, pk=pk))


def shown(
    request: HttpRequest, record: Import, form: AnswersForm | ConfirmForm | None = None,
    mapping: MappingForm | None = None,
) -> HttpResponse:  # fmt: skip
    """The whole page, or the part that changes, which asks for itself while something is going on."""
    is_asking = record.state == Import.State.CHECKED
    form = form or (asking(record)(record) if is_asking else None)
    mapping = mapping or (MappingForm(record) if is_asking and "columns" in record.findings else None)
    template = "audiences/_import.html" if request.htmx else "audiences/import.html"
    return render(request, template, {"import": record, "form": form, "mapping": mapping})


def asking(record: Import) -> Callable[..., AnswersForm | ConfirmForm]:
    return AnswersForm if "slips" in record.findings or "doubt" in record.findings else ConfirmForm


FORMS = {AnswersForm: "form", MappingForm: "mapping"}


def waiting(pk: int) -> QuerySet[Import]:
    """The import, if it waits for somebody. A second click comes too late: it leads to what became of the first."""
    return Import.objects.filter(pk=pk, state=Import.State.CHECKED)


@require_POST
@may_import
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Import, pk=pk)
    if record.state != Import.State.CHECKED:
        return redirect("audiences:import", pk)
    form = AnswersForm(record, request.POST) if asking(record) is AnswersForm else MappingForm(record, request.POST)
    if not form.is_valid():
        return shown(request, record, **{FORMS[type(form)]: form})
    asked_anew = waiting(pk).update(options=form.options(), state=Import.State.CHECKING)
    if asked_anew and import_files.size(record.token) <= SMALL_FILE:
        import_queue.run(record, timezone.now(), AT_ONCE)
    return redirect("audiences:import", pk)


@require_POST
@may_import
def start(request: HttpRequest, pk: int) -> HttpResponse:
    record, now = get_object_or_404(Import, pk=pk), timezone.now()
    form = ConfirmForm(record, request.POST)
    if record.state != Import.State.CHECKED or not record.findings.get("rows"):
        return redirect("audiences:import", pk)
    if form.is_valid():
        try:
            begin(request, record)
        except FileRefused as error:
            form.add_error(None, str(error))
    if form.errors:
        return shown(request, record, form)
    if record.total <= SMALL_IMPORT:
        import_queue.run(record, now, AT_ONCE)
    return redirect("audiences:import", pk)


def begin(request: HttpRequest, record: Import) -> None:
    if import_queue.start(record, timezone.now()):
        audit("import.started", f"import {record.pk}", actor=request.user, via="dashboard", rows=record.total)


@require_POST
@may_import
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody thought better of it: the file goes at once."""
    for record in waiting(pk):
        record.delete()
        import_files.remove(record.token)
    return redirect("audiences:imports")


@require_safe
@never_cache
@may_download
def refused(request: HttpRequest, pk: int) -> FileResponse:
    """The rows that were refused, with the reason."""
    record = get_object_or_404(Import, pk=pk, files_until__isnull=False)
    path = import_files.refused(record.token)
    if not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename="refused.csv", content_type="text/csv")
