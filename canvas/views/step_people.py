"""The page of a step: its numbers, and the people who came to it, found, listed page by page, and as a file.

What is searched for is personal data: it travels in the body of a POST and never stands in an address or a log.
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from audiences import masking, people
from audiences.models import Profile
from config.team.models import record

from .. import people_csv
from ..document import StepSpec
from ..ranges import RangeForm
from .analytics import file_of, may_view, numbers_of, step_of

PEOPLE, LIST = 50, 5
"""People on a page, and the seconds after which a list looks again."""


class PeopleForm(forms.Form):
    """What the list of a step's people is asked for."""

    q = forms.CharField(required=False, max_length=320)
    status = forms.CharField(required=False, max_length=40)
    cause = forms.CharField(required=False, max_length=255)
    after = forms.CharField(required=False, max_length=60)


@require_safe
@never_cache
@may_view
def step(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    found, spec = step_of(pk, key)
    form = RangeForm(request.GET, timezone.now())
    if request.htmx:
        return render(request, "canvas/_step_numbers.html", numbers_of(found, spec, form))
    context = numbers_of(found, spec, form) | people_of(request, spec, PeopleForm({}))
    return render(request, "canvas/step_analytics.html", context)


@require_POST
@may_view
def index(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    found, spec = step_of(pk, key)
    context = {"canvas": found, "spec": spec} | people_of(request, spec, PeopleForm(request.POST))
    if request.htmx:
        return render(request, "canvas/_step_people.html", context)
    numbers = numbers_of(found, spec, RangeForm({}, timezone.now()))
    return render(request, "canvas/step_analytics.html", numbers | context)


@require_POST
@may_view
def export(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """The list as a file, streamed: however many people there are. Who may not see personal data gets it masked."""
    found, spec = step_of(pk, key)
    form = PeopleForm(request.POST)
    if not spec.type.statuses or not form.is_valid():
        raise Http404
    record("people.exported", f"{key} of {found.name}"[:200], actor=request.user, via="dashboard")
    unmasked = masking.may_see(request.user)
    return file_of(people_csv.lines(spec, form.cleaned_data, unmasked), f"{found.name} {key} people")


def people_of(request: HttpRequest, spec: StepSpec, form: PeopleForm) -> dict:
    """The list, found by whom it is asked for and in which state."""
    if not form.is_valid():
        raise Http404
    asked, statuses, unmasked = form.cleaned_data, spec.type.statuses, masking.may_see(request.user)
    status = asked["status"] if asked["status"] in statuses else ""
    only = people.sought(asked["q"], unmasked) if asked["q"] else None
    try:
        page = spec.type.people(spec, status, asked["after"], PEOPLE, only, asked["cause"])
    except ValueError:
        raise Http404 from None
    profiles = Profile.objects.in_bulk([person.profile_id for person in page.people if person.profile_id])
    rows = [(person, profiles.get(person.profile_id)) for person in page.people]
    found = {"people": rows, "next": page.next, "note": page.note, "status": status, "term": asked["q"]}
    found |= {"cause": asked["cause"], "cause_words": spec.type.cause_words(asked["cause"]) if asked["cause"] else ""}
    found |= {"statuses": statuses, "unmasked": unmasked}
    return found | {"list_looks_again": LIST if may_change(rows, asked) else 0}


def may_change(rows: list, asked: dict) -> bool:
    """Nobody has come yet, or the first page shows somebody who is on the way."""
    if not rows:
        return not any(asked.values())
    return not asked["after"] and any(person.status == "pending" for person, _ in rows)
