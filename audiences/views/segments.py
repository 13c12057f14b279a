"""Segments: the list, the page of one, making, changing and deleting it."""

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from .. import coverage, filter_form, segment_edits, segment_uses
from ..forms import SegmentForm
from ..models import Segment
from .filters import people_panel

A_PAGE = 20
EVERYBODY = {"all": []}


@require_safe
@permission_required("audiences.view_segment", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    page = page_of(request)
    uses = segment_uses.uses(segment.name for segment in page)
    rows = [(segment, uses[segment.name]) for segment in page]
    found = {"rows": rows, "page": page, "query": request.GET.get("q", "").strip()}
    return render(request, "audiences/segments.html", found)


@require_safe
@permission_required("audiences.view_segment", raise_exception=True)
def counts(request: HttpRequest) -> HttpResponse:
    """The people of every segment on a page of the list: asked for by the list itself, which doesn't wait for them."""
    numbers = coverage.counts(page_of(request), timezone.now())
    return render(request, "audiences/_segment_counts.html", {"counts": numbers.items()})


def page_of(request: HttpRequest) -> Page:
    segments = Segment.objects.order_by("name")
    query = request.GET.get("q", "").strip().replace("\x00", "")
    if query:
        segments = segments.filter(name__icontains=query)
    return Paginator(segments, A_PAGE).get_page(request.GET.get("page"))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("audiences.add_segment", raise_exception=True)
def new(request: HttpRequest) -> HttpResponse:
    return form_page(request, Segment(filter=EVERYBODY))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("audiences.view_segment", raise_exception=True)
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    """To be changed by those who may; the others read it."""
    found = get_object_or_404(Segment, pk=pk)
    if request.user.has_perm("audiences.change_segment"):
        return form_page(request, found)
    if request.method == "POST":
        raise PermissionDenied
    shown = {"segment": found, "editor": filter_form.editor(found.filter), "uses": segment_uses.of(found.name)}
    return render(request, "audiences/segment_read.html", shown)


def form_page(request: HttpRequest, found: Segment) -> HttpResponse:
    name, document, faults = found.name, found.filter, []
    form = SegmentForm(request.POST or None, instance=found)
    if request.method == "POST":
        document = filter_form.read(request.POST)
        faults = segment_edits.filter_faults(document, {name, request.POST.get("name", "").strip()})
        if form.is_valid() and not faults and saved(request, form, document):
            return redirect("audiences:segment", pk=found.pk)
    editor = filter_form.editor(document, faults=faults, segment=name)
    uses = segment_uses.of(name) if name else []
    return render(request, "audiences/segment.html", {"form": form, "editor": editor, "name": name, "uses": uses})


def saved(request: HttpRequest, form: SegmentForm, document: dict) -> bool:
    try:
        kept = segment_edits.save(form.instance, form.cleaned_data["name"], document, "dashboard", request.user)
    except segment_edits.NameRefused as error:
        form.add_error("name", str(error))
        return False
    messages.success(request, f"{kept.name} is saved.")
    return True


@require_safe
@permission_required("audiences.view_segment", raise_exception=True)
def people(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is in a segment as it is saved."""
    return people_panel(request, get_object_or_404(Segment, pk=pk).filter, is_saved=True)


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("audiences.delete_segment", raise_exception=True)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, and says what stands in the way."""
    found = get_object_or_404(Segment, pk=pk)
    if request.method == "POST":
        try:
            segment_edits.delete(found, "dashboard", request.user)
        except segment_edits.StillUsed:
            return redirect("audiences:segment_delete", pk=pk)
        messages.success(request, f"{found.name} is deleted.")
        return redirect("audiences:segments")
    return render(request, "audiences/segment_delete.html", {"segment": found, "uses": segment_uses.of(found.name)})
