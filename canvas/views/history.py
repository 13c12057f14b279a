"""Undo and redo, from any page of a draft."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from .. import history
from .frame import edition, graph, saved

SECTIONS = ("basics", "entry", "audience", "review")


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, history.undo, "Undone")


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    return step(request, pk, history.redo, "Done again")


def step(request: HttpRequest, pk: int, go: Callable[..., history.Turn], did: str) -> HttpResponse:
    """The graph with the focus on the step concerned; a section is shown anew."""
    why = "It takes back or repeats the last change, and that is another one now."
    verb = "Undo" if go is history.undo else "Redo"
    return saved(request, pk, lambda: shown(request, go(pk, edition(request), request.user), did), verb, why)


def shown(request: HttpRequest, made: history.Turn, did: str) -> HttpResponse:
    whose = "" if made.change.actor == request.user else f", by {made.change.who}"
    said = f"{did}: {made.change.what}{whose}."
    section = request.POST.get("section")
    if request.htmx:
        return graph(request, made.canvas, made.focus, said)
    messages.success(request, said)
    return redirect(f"canvas:{section}", made.canvas.pk) if section in SECTIONS else graph(request, made.canvas)
