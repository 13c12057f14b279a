"""One step: its editor (a dialog that is also a page), its type, and taking it away."""

from dataclasses import replace

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import reswap, retarget

from .. import editing, history, launch, saving
from ..document import Document, DocumentRefused, StepSpec, draft_of, read
from ..models import Canvas
from ..steps import registry
from ..steps.forms import StepForm
from .frame import canvas_of, changed, contested, dialog, draft_with, edition, graph, keys_taken, undoable


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.view_canvas", raise_exception=True)
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    if request.method == "POST":
        return save(request, pk, key)
    canvas, form = open_editor(pk, key)
    return editor(request, canvas, form)


@permission_required("canvas.change_canvas", raise_exception=True)
def save(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Done: back to the graph, with the focus on the card."""
    canvas, form = open_editor(pk, key, request)
    if not form.is_valid():
        return reswap(retarget(editor(request, canvas, form), "#dialog"), "innerHTML")
    title = form.step.type.label

    def change(document: dict) -> dict:
        return editing.set_settings(document, key, form.settings(), form.renamed())

    if request.htmx:
        return changed(
            request, pk, change, f"Edit {form.step.title}", lambda made: graph(request, made, key, f"{title} saved.")
        )
    return save_page(request, canvas, form, change)


def save_page(request: HttpRequest, canvas: Canvas, form: StepForm, change: saving.Change) -> HttpResponse:
    """The same from the page of its own: what is refused stays in the form."""
    what = f"Edit {form.step.title}"
    try:
        made = saving.save(canvas.pk, edition(request), change, request.user, what)
    except saving.Conflict as conflict:
        both = contested(request, conflict, what) | {"newer": reverse("canvas:builder", args=[canvas.pk])}
        response = editor(request, canvas, form, **both)
        response.status_code = 409
        return response
    except (saving.NotADraft, DocumentRefused, editing.EditRefused) as refusal:
        form.add_error(None, str(refusal) or "This Canvas is not a draft any more.")
        return editor(request, canvas, form)
    return graph(request, made, form.step.key)


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def preview(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The editor as it would look with these values, and what would stop a launch then; nothing is saved."""
    canvas, form = open_editor(pk, key, request)
    if form.is_valid():
        source = editing.set_settings(form.draft.document.source, key, form.settings(), form.renamed())
        form.draft = replace(form.draft, document=read(source))
        form.step = form.draft.document.by_key[key]
    return editor(request, canvas, form)


def open_editor(pk: int, key: str, request: HttpRequest | None = None) -> tuple[Canvas, StepForm]:
    canvas = canvas_of(pk)
    draft = draft_with(canvas, key, edition(request) if request else 0)
    found = draft.document.by_key[key]
    return canvas, found.type.form_class(found, draft, request.POST if request else None)


def editor(request: HttpRequest, canvas: Canvas, form: StepForm, **more) -> HttpResponse:
    """With the problems of the step beside their fields; a Canvas that is live has none."""
    found = launch.problems(form.draft) if canvas.is_draft else []
    here = [problem for problem in found if problem.step == form.step.key]
    errors = [problem for problem in here if problem.level == "error"]
    warnings = [problem for problem in here if problem.level == "warning"]
    context = {"form": form, "step": form.step, "problems": here, "errors": errors, "warnings": warnings} | more
    return dialog(request, canvas, "canvas/_editor.html", context, found=found, draft=form.draft)


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def change_type(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """At once, unless settings would be lost: then it asks."""
    canvas = canvas_of(pk)
    found = draft_with(canvas, key, edition(request)).document.by_key[key]
    new = registry.TYPES.get(request.POST.get("type", ""))
    if new is not None and found.settings and not request.POST.get("confirmed"):
        asked = {"step": found, "new": new, "edition": edition(request)}
        response = dialog(request, canvas, "canvas/_change_type.html", asked)
        return reswap(retarget(response, "#dialog"), "innerHTML")

    taken, focus = keys_taken(pk), [key]

    def change(document: dict) -> dict:
        made = editing.change_type(document, key, request.POST.get("type", ""))
        if key not in taken:
            return made
        made, another = editing.renewed(made, key, taken)
        focus.append(another)
        return made

    label = new.label if new else "another type"
    said = f"{found.type.label} is now {label}."
    return changed(request, pk, change, f"Change to {label}", lambda made: graph(request, made, focus[-1], said))


@require_http_methods(["GET", "POST"])
@permission_required("canvas.change_canvas", raise_exception=True)
def delete(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """Takes the step away; asks first where people go then, if there is more than one way. GET always asks."""
    canvas = canvas_of(pk)
    found = draft_with(canvas, key, edition(request)).document.by_key[key]
    ways = dict.fromkeys(target for target in found.next.values() if target != key)
    onto = request.POST.get("onto", next(iter(ways), ""))
    is_there = key in editing.keys(canvas.document)
    if request.method == "GET" or (is_there and len(ways) > 1 and "onto" not in request.POST):
        return reswap(retarget(ask_where(request, canvas, found), "#dialog"), "innerHTML")

    def change(document: dict) -> dict:
        return editing.delete_step(document, key, onto)

    def answer(made: Canvas) -> HttpResponse:
        near = onto or history.concerned(canvas.document, made.document)
        return undoable(request, made, near, f"{found.title} deleted.")

    return changed(request, pk, change, f"Delete {found.title}", answer)


def ask_where(request: HttpRequest, canvas: Canvas, step: StepSpec) -> HttpResponse:
    """Each step that it leads to, and the end; with the steps that would go along."""
    document = draft_of(canvas, timezone.now()).document
    targets = dict.fromkeys(target for target in step.next.values() if target != step.key)
    choices = [
        {"onto": onto, "step": document.by_key.get(onto), "along": along(document, step.key, onto)}
        for onto in [*targets, ""]
    ]
    return dialog(request, canvas, "canvas/_delete.html", {"step": step, "choices": choices})


def along(document: Document, key: str, onto: str) -> list[StepSpec]:
    return [document.by_key[other] for other in editing.only_through(document.source, key, onto)]
