"""The numbers of a Canvas, and of one of its steps with the people who came there.

What is searched for is personal data: it travels in the body of a POST and never stands in an address or a log.
"""

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audiences import masking, people
from audiences.models import Profile
from config.team.models import User

from .. import analytics
from ..board import Board, branch_words
from ..document import StepSpec, live_of
from ..models import Canvas
from ..steps.people import Leaving

PEOPLE = 50
SOON, LATER, LIST = 3, 10, 5
"""Seconds after which a page looks again: numbers on their way, other numbers of an active Canvas, the list."""
may_view = permission_required("canvas.view_canvas", raise_exception=True)


class PeopleForm(forms.Form):
    """What the list of a step's people is asked for."""

    q = forms.CharField(required=False, max_length=320)
    status = forms.CharField(required=False, max_length=40)
    after = forms.CharField(required=False, max_length=60)


@require_safe
@never_cache
@may_view
def canvas(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Canvas.objects.select_related("live_version").prefetch_related("steps")
    found = get_object_or_404(rows, pk=pk)
    steps, numbers = analytics.steps_of(found), analytics.numbers(found)
    now = timezone.now()
    by_key = {row["key"]: row for row in numbers["steps"]}
    rows = [{"spec": spec, "summary": spec.type.summary(spec.settings), "numbers": by_key[spec.key]} for spec in steps]
    board = Board(live_of(found, now), [], request.user)
    cards = [(card, by_key[card.step.key]) for card in board.cards]
    context = {"canvas": found, "totals": numbers["canvas"], "rows": rows, "board": board, "cards": cards, "now": now}
    context["conversions"] = analytics.conversions(found)
    context["leaving"] = still_leaving(found, steps, request.user)
    return render(request, part(request, "canvas/analytics.html", "canvas/_analytics.html"), context)


def still_leaving(canvas: Canvas, steps: list[StepSpec], user: User) -> list[tuple[Leaving, bool]]:
    """Of a Canvas that runs no more: whom it handed over before, and whether the user may call them back."""
    runs = canvas.status not in (Canvas.Status.STOPPED, Canvas.Status.ARCHIVED)
    return [] if runs else [(one, user.has_perm(one.permission)) for one in analytics.leaving(steps)]


@require_safe
@never_cache
@may_view
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    found, spec = step_of(pk, key)
    if request.htmx:
        return render(request, "canvas/_step_numbers.html", numbers_of(found, spec))
    context = numbers_of(found, spec) | people_of(request, spec, PeopleForm({}))
    return render(request, "canvas/step_analytics.html", context)


@require_POST
@may_view
def step_people(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    found, spec = step_of(pk, key)
    context = {"canvas": found, "spec": spec} | people_of(request, spec, PeopleForm(request.POST))
    if request.htmx:
        return render(request, "canvas/_step_people.html", context)
    return render(request, "canvas/step_analytics.html", numbers_of(found, spec) | context)


def step_of(pk: int, key: str) -> tuple[Canvas, StepSpec]:
    rows = Canvas.objects.select_related("live_version").prefetch_related("steps")
    found = get_object_or_404(rows, pk=pk)
    spec = next((spec for spec in analytics.steps_of(found) if spec.key == key), None)
    if spec is None:
        raise Http404
    return found, spec


def numbers_of(found: Canvas, spec: StepSpec) -> dict:
    """What stands over the people."""
    now = timezone.now()
    numbers = next(row for row in analytics.numbers(found)["steps"] if row["key"] == spec.key)
    details = spec.type.details(spec, now)
    again = looks_again(found, numbers, numbers.get(spec.type.rest, 0), details.get("moving", False))
    ways = [(branch_words(one.branch), one) for one in analytics.ways(spec)]
    return details | {
        "canvas": found, "spec": spec, "numbers": numbers, "now": now, "looks_again": again, "ways": ways,
    }  # fmt: skip


def looks_again(canvas: Canvas, numbers: dict, waiting: int, moving: bool) -> int:
    """After how many seconds the page looks at the numbers again; 0: not at all."""
    if canvas.status != Canvas.Status.ACTIVE:
        return SOON if moving else 0
    return SOON if moving or waiting or not numbers["entered"] else LATER


def part(request: HttpRequest, page: str, fragment: str) -> str:
    """A page looks again by asking for the part that changes."""
    return fragment if request.htmx else page


def people_of(request: HttpRequest, spec: StepSpec, form: PeopleForm) -> dict:
    """The list, found by whom it is asked for and in which state."""
    if not form.is_valid():
        raise Http404
    asked, statuses, unmasked = form.cleaned_data, spec.type.statuses, masking.may_see(request.user)
    status = asked["status"] if asked["status"] in statuses else ""
    only = people.matching(asked["q"], unmasked) if asked["q"] else None
    try:
        page = spec.type.people(spec, status, asked["after"], PEOPLE, only)
    except ValueError:
        raise Http404 from None
    profiles = Profile.objects.in_bulk([person.profile_id for person in page.people if person.profile_id])
    rows = [(person, profiles.get(person.profile_id)) for person in page.people]
    found = {"people": rows, "next": page.next, "note": page.note, "status": status, "term": asked["q"]}
    found |= {"statuses": statuses, "unmasked": unmasked}
    return found | {"list_looks_again": LIST if may_change(rows, asked) else 0}


def may_change(rows: list, asked: dict) -> bool:
    """Nobody has come yet, or the first page shows somebody who is on the way."""
    if not rows:
        return not any(asked.values())
    return not asked["after"] and any(person.status == "pending" for person, _ in rows)
