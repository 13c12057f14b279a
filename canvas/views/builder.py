"""Build: the graph, and what is added to it or led elsewhere."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import editing
from ..board import branch_words
from ..document import draft_of
from ..steps import registry
from .frame import canvas_of, changed, dialog, frame, graph


@require_safe
@permission_required("canvas.view_canvas", raise_exception=True)
def builder(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "canvas/builder.html", frame(request, canvas_of(pk), "build"))


@require_http_methods(["GET", "POST"])
@permission_required("canvas.change_canvas", raise_exception=True)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """GET asks which step comes after (step, branch), POST puts it there."""
    if request.method == "GET":
        return ask_what(request, pk, request.GET.get("after", ""), request.GET.get("branch", "next"))
    after, branch = request.POST.get("after", ""), request.POST.get("branch", "next")
    step_type, made = request.POST.get("type", ""), []

    def change(document: dict) -> dict:
        document, key = editing.add_step(document, step_type, after, branch)
        made.append(key)
        return document

    label = registry.TYPES[step_type].label if step_type in registry.TYPES else "A step"
    return changed(
        request, pk, change, f"Add {label}", lambda canvas: graph(request, canvas, made[0], f"{label} added.")
    )


def ask_what(request: HttpRequest, pk: int, after: str, branch: str) -> HttpResponse:
    canvas = canvas_of(pk)
    document = draft_of(canvas, timezone.now()).document
    step = document.by_key.get(after)
    targets = [document.by_key[key] for key in editing.possible_targets(document.source, after)]
    current = step.next.get(branch, "") if step else ""
    types = sorted(registry.TYPES.values(), key=lambda one: one.label)
    context = {"after": after, "branch": branch, "step": step, "targets": targets, "current": current, "types": types}
    return dialog(request, canvas, "canvas/_add.html", context | {"branch_words": branch_words(branch)})


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Leads a branch to a step that is there already, or to the end."""
    after, branch = request.POST.get("after", ""), request.POST.get("branch", "next")
    target = request.POST.get("target", "")

    def change(document: dict) -> dict:
        return editing.link(document, after, branch, target)

    said = "The branch leads there now." if target else "The branch ends there now."
    return changed(request, pk, change, "Lead a branch elsewhere", lambda canvas: graph(request, canvas, after, said))
