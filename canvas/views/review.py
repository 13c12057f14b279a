"""Review & launch: everything that stops a launch, each with the way to its cure; what launching does; the launch.

For a Canvas that is live it is Review & publish: what the next version changes, and what that means for people.
"""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from audiences import masking
from audiences.filter_sentences import teller

from .. import launch as launching
from .. import publishing, saving
from ..document import Draft, draft_of
from ..models import Canvas
from ..next_version import NextVersion, onward
from ..problems import Problem
from ..steps.base import StepType
from .frame import canvas_of, contested, edition, frame, notice


@require_http_methods(["GET", "HEAD", "POST"])
@permission_required("canvas.view_canvas", raise_exception=True)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """GET shows what is known; POST asks partners again first. The page itself waits for no network."""
    canvas = canvas_of(pk)
    if request.method == "POST":
        check_again(request, canvas)
        if not request.htmx:
            return redirect("canvas:review", pk)
    return shown(request, canvas, checked=request.method == "POST")


@permission_required("canvas.change_canvas", raise_exception=True)
def check_again(request: HttpRequest, canvas: Canvas) -> None:
    now = timezone.now()
    launching.refresh(draft_of(canvas, now).document, now)


def shown(
    request: HttpRequest, canvas: Canvas, found: list[Problem] | None = None, checked: bool = False
) -> HttpResponse:
    context = frame(request, canvas, "review", found, checked=checked)
    draft = context["board"].draft
    context |= {"plans": plans(draft), "estimates": estimates(draft), "checked_at": draft.now}
    if canvas.is_draft and canvas.is_live:
        context["next"] = NextVersion(draft, teller(masking.may_see(request.user)), request.POST)
    template = "canvas/_review.html" if request.htmx else "canvas/review.html"
    return render(request, template, context)


def plans(draft: Draft) -> list[str]:
    """What a launch makes outside."""
    return [words for step in draft.document.steps if (words := step.type.makes(step, draft))]


def estimates(draft: Draft) -> list[tuple[str, int, float]]:
    """Words, people, and their share of the target audience in percent."""
    people = draft.people
    if people is None:
        return []
    everybody = people.count()
    rows = [("in the target audience", everybody)]
    for step_type in step_types(draft):
        rows += step_type.reach([step for step in draft.document.steps if step.type is step_type], people)
    return [(words, count, round(100 * count / everybody, 1) if everybody else 0.0) for words, count in rows]


def step_types(draft: Draft) -> Sequence[StepType]:
    return list(dict.fromkeys(step.type for step in draft.document.steps))


@require_POST
@permission_required("canvas.launch_canvas", raise_exception=True)
def launch(request: HttpRequest, pk: int) -> HttpResponse:
    canvas = canvas_of(pk)
    if canvas.is_draft and canvas.edition != edition(request):
        return stale(request, canvas)
    try:
        said = go(request, canvas)
    except launching.NotLaunched as refusal:
        return not_launched(request, canvas, refusal.problems)
    messages.success(request, said)
    return redirect("canvas:analytics", canvas.pk)


def go(request: HttpRequest, canvas: Canvas) -> str:
    """Launches or publishes; what is said of it then. Raises NotLaunched."""
    now, who, seen = timezone.now(), request.user, edition(request)
    if not canvas.is_live:
        launching.launch(canvas, now, who, "dashboard", seen)
        return f"{canvas.name} is active."
    publishing.publish(canvas, now, who, "dashboard", seen, onward(request.POST.dict()))
    return f"Version {canvas.live_version.number} of {canvas.name} is live."


def not_launched(request: HttpRequest, canvas: Canvas, errors: list[Problem]) -> HttpResponse:
    if not canvas.is_draft:
        messages.warning(request, errors[0].message)
        return redirect("canvas:review", canvas.pk)
    live = canvas.live_version
    told = f"not published. Version {live.number} is live as before." if live else "not launched. Nobody has entered."
    messages.error(request, f"{canvas.name} was {told}")
    return shown(request, canvas, launching.errors(errors) + warnings(canvas), checked=True)


def warnings(canvas: Canvas) -> list[Problem]:
    found = launching.problems(draft_of(canvas, timezone.now()))
    return [problem for problem in found if problem.level != "error"]


def stale(request: HttpRequest, canvas: Canvas) -> HttpResponse:
    """Somebody has changed what was reviewed."""
    newer = reverse("canvas:review", args=[canvas.pk])
    conflict = saving.Conflict(canvas, edition(request))
    why = "What you have reviewed is not what would be launched now."
    what = "Publish" if canvas.is_live else "Launch"
    return notice(request, canvas, contested(request, conflict, what, why) | {"newer": newer})
