"""What the pages of one Canvas share: reading it, saving one change of it, and saying why a change was not saved."""

from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import reswap, retarget, trigger_client_event

from .. import analytics, launch, saving
from ..board import Board
from ..conflicts import versions
from ..document import DocumentRefused, Draft, draft_of, read
from ..editing import EditRefused
from ..models import Canvas, Step
from ..problems import Problem
from ..revisions import Trail
from ..steps import registry
from . import looking

OWN = {"csrfmiddlewaretoken", "edition", "notice"}
Answer = Callable[[Canvas], HttpResponse]


def canvas_of(pk: int) -> Canvas:
    return get_object_or_404(Canvas.objects.select_related("live_version"), pk=pk)


def keys_taken(pk: int) -> set[str]:
    """The keys of steps that a version has or had: a new step is none of these."""
    return set(Step.objects.filter(canvas=pk, canvas__live_version__isnull=False).values_list("key", flat=True))


def draft_with(canvas: Canvas, key: str, seen: int = 0) -> Draft:
    """The draft, or where that step is gone the one of the edition that was seen: so that a change of it can be told
    what became of it. 404 when neither has the step."""
    draft = draft_of(canvas, timezone.now())
    if key in draft.document.by_key:
        return draft
    kept = Trail(canvas).document(seen)
    before = replace(draft, document=read(kept)) if kept else draft
    if key not in before.document.by_key:
        raise Http404("There is no such step.")
    return before


def frame(
    request: HttpRequest, canvas: Canvas, section: str, found: list[Problem] | None = None, draft: Draft | None = None,
    **more,
) -> dict:  # fmt: skip
    """What every page of a Canvas shows: the bar with its sections, and what may be done."""
    draft = draft or draft_of(canvas, timezone.now())
    is_draft = canvas.is_draft
    editable = is_draft and request.user.has_perm("canvas.change_canvas")
    return {
        "canvas": canvas,
        "board": Board(draft, launch.problems(draft) if found is None else found, request.user),
        "section": section,
        "is_draft": is_draft,
        "inside": analytics.inside(canvas) if canvas.live_version else 0,
        "editable": editable,
        "trail": Trail(canvas) if editable else None,
        **zones(),
        "groups": registry.by_group(),
        "view": looking.view_of(request),
        "unasked": looking.is_unasked(request),
        **more,
    }


def graph(request: HttpRequest, canvas: Canvas, focus: str = "", said: str = "") -> HttpResponse:
    """The graph after a change: the fragment for htmx, else the page, with the focus on a step."""
    if not request.htmx:
        return redirect(reverse("canvas:builder", args=[canvas.pk]) + (f"#step-{focus}" if focus else ""))
    return render(request, "canvas/_builder.html", frame(request, canvas, "build", focus=focus, said=said))


def undoable(request: HttpRequest, canvas: Canvas, focus: str, said: str) -> HttpResponse:
    """The graph after a change that asked nothing: what was done is said in a toast that offers Undo."""
    if not request.htmx:
        messages.success(request, said)
    toast = {"words": said, "label": "Undo", "form": "undo-form"}
    return trigger_client_event(graph(request, canvas, focus), "toast", toast, after="settle")


def dialog(request: HttpRequest, canvas: Canvas, template: str, context: dict, **known) -> HttpResponse:
    """Something that opens over the graph; opened by its address it is a page of its own, for which `known` spares
    looking for problems again."""
    if not request.htmx:
        page = frame(request, canvas, "build", **known) | context | {"fragment": template}
        return render(request, "canvas/dialog.html", page)
    editable = canvas.is_draft and request.user.has_perm("canvas.change_canvas")
    return render(request, template, {"canvas": canvas, "editable": editable, **zones(), **context})


def zones() -> dict[str, str]:
    return {"zone": timezone.get_current_timezone_name(), "company_zone": timezone.get_default_timezone_name()}


def edition(request: HttpRequest) -> int:
    """The edition that the page showed. The last one counts: "Save mine over it" stands below the first."""
    given = request.POST.getlist("edition")
    return int(given[-1]) if given and given[-1].isdecimal() and len(given[-1]) < 10 else 0


def changed(request: HttpRequest, pk: int, change: saving.Change, what: str, answer: Answer) -> HttpResponse:
    """Saves one change that a click made; where it can't be, a notice says why and nothing is changed."""
    return saved(request, pk, lambda: answer(saving.save(pk, edition(request), change, request.user, what)), what)


def saved(
    request: HttpRequest, pk: int, save: Callable[[], HttpResponse], what: str, refusal: str = ""
) -> HttpResponse:
    """The answer of `save`, or the notice that says why nothing was changed; `refusal` says why it can't be kept."""
    try:
        return save()
    except Canvas.DoesNotExist:
        raise Http404("There is no such Canvas.") from None
    except saving.Conflict as conflict:
        return notice(request, conflict.canvas, contested(request, conflict, what, refusal))
    except saving.NotADraft:
        return notice(request, canvas_of(pk), {"words": "This Canvas is not a draft any more, so it was not changed."})
    except (saving.NotSaved, EditRefused, DocumentRefused) as refusal:
        return notice(request, canvas_of(pk), {"words": f"Not saved. {refusal}"})


def contested(request: HttpRequest, conflict: saving.Conflict, what: str, refusal: str = "") -> dict:
    """What the notice for a second editor shows; and what was sent, to be sent again on the newest state."""
    sent = [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values]
    found = versions(conflict, request.user, refusal)
    return {"conflict": conflict, "what": what, "versions": found, "again": sent}


def notice(request: HttpRequest, canvas: Canvas, context: dict) -> HttpResponse:
    """409, in the dialog: beside the form that was refused if there is one, so that it stays as it was filled in."""
    if not request.htmx:
        newer = {"newer": reverse("canvas:builder", args=[canvas.pk])}
        page = frame(request, canvas, "build", fragment="canvas/_notice.html", **newer | context)
        return render(request, "canvas/dialog.html", page, status=409)
    in_form = request.POST.get("notice") == "form"
    template = "canvas/_conflict.html" if in_form else "canvas/_notice.html"
    response = render(request, template, {"canvas": canvas, "form_stays": in_form, **context}, status=409)
    return reswap(retarget(response, "#form-notice" if in_form else "#dialog"), "innerHTML")
