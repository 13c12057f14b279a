"""Basics, Entry and Audience: one form a page. Each saves its own part of the document."""

import re
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from audiences import where_form

from .. import blueprints, editing, saving
from ..document import DocumentRefused
from ..entry_form import EntryForm
from ..forms import AudienceForm, BasicsForm
from ..models import Canvas
from .frame import canvas_of, contested, edition, frame

PLACE = re.compile(r"where\.[0-9]{1,2}")
Part = Callable[[forms.Form, dict], dict]


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.view_canvas", raise_exception=True)
def basics(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = canvas_of(pk)
    form = BasicsForm(request.POST or None)
    form.fields["name"].disabled = canvas.live_version is not None
    form.initial = {"name": canvas.name, **form.conversions_initial(canvas.shown)}
    return section(request, canvas, "basics", form, set_basics)


def set_basics(form: BasicsForm, document: dict) -> dict:
    made = editing.rename(document, form.cleaned_data["name"])
    return editing.set_part(made, "conversions", form.conversions_part(document.get("conversions")))


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.view_canvas", raise_exception=True)
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = canvas_of(pk)
    form = EntryForm(request.POST or None, canvas.shown)
    return section(request, canvas, "entry", form, set_entry, where=form.where(where_url(canvas)))


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def entry_where(request: HttpRequest, pk: int) -> HttpResponse:
    """The conditions on the event's properties: one more, one less, or fitted to what was chosen. Nothing is saved."""
    canvas, at = canvas_of(pk), request.GET.get("at", "")
    if at and not PLACE.fullmatch(at):
        raise SuspiciousOperation("There is no property there.")
    rows, focus = where_form.edited(where_form.posted(request.POST), request.GET.get("action", ""), at)
    return render(
        request, "canvas/_entry_where.html", {"where": where_form.draw(rows, url=where_url(canvas), focus=focus)}
    )


def where_url(canvas: Canvas) -> str:
    return reverse("canvas:entry_where", args=[canvas.pk], query={"prefix": where_form.PREFIX})


def set_entry(form: EntryForm, document: dict) -> dict:
    made = editing.set_part(editing.set_part(document, "entry", form.entry()), "reentry", form.reentry())
    return editing.set_part(made, "limit", form.limit())


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.view_canvas", raise_exception=True)
def audience(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = canvas_of(pk)
    form = AudienceForm(request.POST or None)
    source = canvas.shown
    form.initial = form.initial_people(source.get("audience")) | form.exit_initial(source)
    return section(request, canvas, "audience", form, set_audience)


def set_audience(form: AudienceForm, document: dict) -> dict:
    made = editing.set_part(document, "audience", form.people())
    return editing.set_part(made, "exit", form.exit_part(document.get("exit")))


def section(request: HttpRequest, canvas: Canvas, name: str, form: forms.Form, part: Part, **more) -> HttpResponse:
    """Shows the form, or saves it: as it is filled in (htmx; what is not complete yet waits), or by the button."""
    conflict, is_saved = None, False
    if request.method == "POST":
        try:
            is_saved = save(request, canvas, form, part, name)
        except saving.Conflict as found:
            conflict = found
    if is_saved and not request.htmx:
        messages.success(request, "Saved.")
        return redirect(f"canvas:{name}", canvas.pk)
    unsaved = request.method == "POST" and not is_saved
    now = canvas_of(canvas.pk)
    suggestion = blueprints.suggestion(now) if name == "audience" else ""
    more |= {"form": form, "unsaved": unsaved, "suggestion": suggestion}
    both = contested(request, conflict, f"Edit {name.title()}") if conflict else {}
    context = frame(request, now, name, **more, **both)
    response = render(request, f"canvas/{name}.html", context, status=409 if conflict else 200)
    return trigger_client_event(response, "saved") if is_saved else response


@permission_required("canvas.change_canvas", raise_exception=True)
def save(request: HttpRequest, canvas: Canvas, form: forms.Form, part: Part, name: str) -> bool:
    """False with the reasons beside the fields. Raises Conflict."""
    if not form.is_valid():
        return False
    try:
        saving.save(
            canvas.pk, edition(request), lambda document: part(form, document), request.user, f"Edit {name.title()}"
        )
    except saving.NotADraft:
        form.add_error(None, "This Canvas is not a draft any more, so it was not changed.")
    except DocumentRefused as refusal:
        for fault in refusal.faults:
            form.add_error(fault.path if fault.path in form.fields else None, fault.message)
    return not form.errors
