"""The list of Canvases, and what can be done with a whole one: create, import, export, duplicate, archive."""

import json

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from .. import blueprints, launch, overview, saving
from ..document import Document, parse
from ..forms import NameForm
from ..import_form import ImportForm
from ..models import Canvas

PAGE = 25
Status = Canvas.Status
WHY_NOT_ARCHIVED = {Status.ACTIVE: "is active: stop it first", Status.LAUNCHING: "is being launched: stop it first"}


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    search, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    page = Paginator(chosen(search, status), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": overview.rows(page.object_list), "q": search, "status": status}
    return render(request, "canvas/list.html", context | {"statuses": Status.choices})


def chosen(search: str, status: str) -> QuerySet[Canvas]:
    """Archived ones only when asked for."""
    found = Canvas.objects.order_by("-updated_at", "-pk").select_related("author")
    found = found.filter(status=status) if status in Status.values else found.exclude(status=Status.ARCHIVED)
    return found.filter(name__icontains=search.replace("\x00", "")) if search else found


@require_http_methods(["GET", "POST"])
@permission_required("canvas.add_canvas", raise_exception=True)
def create(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        canvas = made(request, form, parse({"name": form.cleaned_data["name"], "steps": []}), "name")
        if canvas:
            return redirect("canvas:builder", canvas.pk)
    return create_page(request, name=form)


@require_POST
@permission_required("canvas.add_canvas", raise_exception=True)
def create_from(request: HttpRequest, key: str) -> HttpResponse:
    """From the template of that key."""
    if key not in blueprints.BLUEPRINTS:
        raise Http404("There is no such template.")
    canvas = blueprints.make(blueprints.BLUEPRINTS[key], request.user)
    messages.success(
        request, f"{canvas.name} is a draft. Check its audience and its steps; nothing runs before you launch."
    )
    return redirect("canvas:builder", canvas.pk)


@require_POST
@permission_required("canvas.add_canvas", raise_exception=True)
def import_document(request: HttpRequest) -> HttpResponse:
    """With htmx, what is wrong comes alone: the chosen file stays chosen, which it can't on a new page."""
    form = ImportForm(request.POST, request.FILES)
    canvas = made(request, form, form.document, form.source) if form.is_valid() else None
    if canvas and request.htmx:
        return HttpResponseClientRedirect(reverse("canvas:builder", args=[canvas.pk]))
    if canvas:
        return redirect("canvas:builder", canvas.pk)
    if request.htmx:
        return render(request, "canvas/_import_refused.html", {"upload": form}, status=422)
    return create_page(request, upload=form)


def made(request: HttpRequest, form: NameForm | ImportForm, document: Document, field: str) -> Canvas | None:
    try:
        return saving.create(document, request.user)
    except saving.NameTaken as refusal:
        form.add_error(field, refusal.faults[0].message)
        return None


def create_page(request: HttpRequest, name: NameForm | None = None, upload: ImportForm | None = None) -> HttpResponse:
    wrong = bool((name and name.errors) or (upload and upload.errors))
    context = {"form": name or NameForm(), "upload": upload or ImportForm(), "offers": blueprints.offers()}
    return render(request, "canvas/create.html", context, status=422 if wrong else 200)


@require_safe
@permission_required(["canvas.view_canvas", "audiences.see_personal_data"], raise_exception=True)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = get_object_or_404(Canvas, pk=pk)
    name = slugify(canvas.name) or "canvas"
    body = json.dumps(canvas.document, indent=2, ensure_ascii=False)
    disposition = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    return HttpResponse(body, content_type="application/json", headers=disposition)


@require_POST
@permission_required("canvas.add_canvas", raise_exception=True)
def duplicate(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = get_object_or_404(Canvas, pk=pk)
    twin = saving.duplicate(canvas, request.user)
    messages.success(request, f"{twin.name} is a draft. Custom audiences of its own are made when it is launched.")
    return redirect("canvas:builder", twin.pk)


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def archive(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = get_object_or_404(Canvas, pk=pk)
    if launch.archive(canvas, actor=request.user, via="dashboard"):
        messages.success(request, f"{canvas.name} is archived.")
    else:
        messages.error(request, f"{canvas.name} {WHY_NOT_ARCHIVED.get(canvas.status, 'is archived already')}.")
    return redirect("canvas:list")


@require_POST
@permission_required("canvas.launch_canvas", raise_exception=True)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = get_object_or_404(Canvas, pk=pk)
    if launch.stop(canvas, actor=request.user, via="dashboard"):
        messages.success(
            request, f"{canvas.name} is stopped. Nobody enters or moves; what was handed over is still sent."
        )
    else:
        messages.error(request, f"{canvas.name} is {canvas.status}, so there was nothing to stop.")
    return redirect("canvas:analytics", canvas.pk)


@require_POST
@permission_required("canvas.launch_canvas", raise_exception=True)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = get_object_or_404(Canvas, pk=pk)
    if launch.resume(canvas, actor=request.user, via="dashboard"):
        messages.success(request, f"{canvas.name} goes on where it stopped.")
    else:
        messages.error(request, f"{canvas.name} is {canvas.status}, so there was nothing to resume.")
    return redirect("canvas:analytics", canvas.pk)
