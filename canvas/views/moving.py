"""What the menu of a step does beside editing it: duplicate, move; and the menu as a page, without scripts."""

from collections.abc import Iterator

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import moving
from ..board import Board
from ..document import Draft, StepSpec
from ..models import Canvas
from ..shape import Link
from .frame import canvas_of, changed, dialog, draft_with, edition, graph, keys_taken, undoable


@require_safe
@permission_required("canvas.change_canvas", raise_exception=True)
def menu(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    canvas, _, step = opened(request, pk, key)
    return dialog(request, canvas, "canvas/_menu_page.html", {"step": step, "key": key})


@require_POST
@permission_required("canvas.change_canvas", raise_exception=True)
def duplicate(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    _, _, step = opened(request, pk, key)
    made, taken = [], keys_taken(pk)

    def change(document: dict) -> dict:
        document, twin = moving.duplicate_step(document, key, taken)
        made.append(twin)
        return document

    said = f"{step.title} duplicated."
    return changed(request, pk, change, f"Duplicate {step.title}", lambda new: graph(request, new, made[-1], said))


@require_http_methods(["GET", "POST"])
@permission_required("canvas.change_canvas", raise_exception=True)
def move(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """GET asks where to, POST puts it there. A place is written as step.branch; the entry has no step."""
    canvas, draft, step = opened(request, pk, key)
    if request.method == "GET":
        return ask_where_to(request, canvas, draft, step)
    after, _, branch = request.POST.get("place", "").partition(".")
    along = request.POST.get("along") == "yes"

    def change(document: dict) -> dict:
        return moving.move_step(document, key, after, branch, along)

    return changed(
        request, pk, change, f"Move {step.title}", lambda made: undoable(request, made, key, f"{step.title} moved.")
    )


def ask_where_to(request: HttpRequest, canvas: Canvas, draft: Draft, step: StepSpec) -> HttpResponse:
    document = draft.document.source
    along = len(moving.moves_along(document, step.key))
    ways = [
        {"along": False, "places": list(places(draft, step.key, False))},
        {"along": True, "places": list(places(draft, step.key, True)) if along else []},
    ]
    context = {"step": step, "ways": [way for way in ways if way["places"]], "followers": along}
    return dialog(request, canvas, "canvas/_move.html", context)


def places(draft: Draft, key: str, along: bool) -> Iterator[tuple[str, str]]:
    """Each place as it is sent, and in words."""
    board = Board(draft, ())
    for after, branch in moving.places(draft.document.source, key, along):
        yield f"{after}.{branch}", board.place_words(Link(after, branch, None))


def opened(request: HttpRequest, pk: int, key: str) -> tuple[Canvas, Draft, StepSpec]:
    canvas = canvas_of(pk)
    draft = draft_with(canvas, key, edition(request))
    return canvas, draft, draft.document.by_key[key]
