"""Build: the graph, and what is added to it or led elsewhere."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from .. import editing
from ..board import branch_words
from ..document import Document, draft_of
from ..steps import registry
from .frame import canvas_of, changed, dialog, frame, graph, keys_taken, undoable
from .looking import remember


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def builder(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; for htmx the graph as it is now, in the view that is asked for."""
    canvas = canvas_of(pk)
    if not request.htmx:
        return remember(request, render(request, "canvas/builder.html", frame(request, canvas, "build")))
    said = "" if "view" in request.GET else "This is the newest state."
    return remember(request, graph(request, canvas, request.GET.get("focus", ""), said))


@require_http_methods(["GET", "POST"])
@permission_required("canvas.change_canvas", raise_exception=True)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks which step comes after (step, branch), POST puts it there."""
    if request.method == "GET":
        return ask(request, pk, "canvas/_add.html")
    after, branch = request.POST.get("after", ""), request.POST.get("branch", "next")
    step_type, made, taken = request.POST.get("type", ""), [], keys_taken(pk)

    def change(document: dict) -> dict:
        document, key = editing.add_step(document, step_type, after, branch, taken)
        made.append(key)
        return document

    label = registry.TYPES[step_type].label if step_type in registry.TYPES else "A step"
    return changed(
        request, pk, change, f"Add {label}", lambda canvas: graph(request, canvas, made[-1], f"{label} added.")
    )


@require_http_methods(["GET", "POST"])
@permission_required("canvas.change_canvas", raise_exception=True)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads a branch to a step that is there already, or to the end; GET asks where to."""
    if request.method == "GET":
        return ask(request, pk, "canvas/_lead.html")
    after, branch = request.POST.get("after", ""), request.POST.get("branch", "next")
    target = request.POST.get("target", "")

    def change(document: dict) -> dict:
        return editing.link(document, after, branch, target)

    said = "The branch leads there now." if target else "The branch ends there now."
    return changed(request, pk, change, "Lead a branch elsewhere", lambda made: undoable(request, made, after, said))


def ask(request: HttpRequest, pk: int, template: str) -> HttpResponse:
    canvas = canvas_of(pk)
    document = draft_of(canvas, timezone.now()).document
    context = place(document, request.GET) | {"groups": registry.by_group()}
    return dialog(request, canvas, template, context)


def place(document: Document, asked: QueryDict) -> dict:
    """Where a step is put or an arrow led: without a branch the dialog asks for it, the first open one chosen."""
    after = asked.get("after", "")
    step = document.by_key.get(after)
    branches = step.branches if step else ("next",)
    chosen = asked.get("branch") or next((one for one in branches if step and one not in step.next), branches[0])
    asks = len(branches) > 1 and not asked.get("branch")
    targets = [document.by_key[key] for key in editing.possible_targets(document.source, after)]
    return {
        "after": after, "step": step, "branch": chosen, "branch_words": branch_words(chosen), "targets": targets,
        "current": step.next.get(chosen, "") if step else "",
        "branches": [(one, branch_words(one), step.next.get(one)) for one in branches] if asks else [],
    }  # fmt: skip
