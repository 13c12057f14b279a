"""Why is she (not) in it: a person is looked up on a segment's page, and each condition is answered for her.

It is the segment as it is saved. What is searched for is personal data: it travels in the body of a POST.
"""

from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import filters, masking, membership, people, why
from ..filters import FilterRefused
from ..models import Profile, Segment
from .profiles import SearchForm, title_of

MAY = ("audiences.view_segment", "audiences.view_profile")
FOUND, REASONS = 8, 6


@require_POST
@permission_required(MAY, raise_exception=True)
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """People who match the search, each with whether the segment holds them."""
    segment, form = get_object_or_404(Segment, pk=pk), SearchForm(request.POST)
    found = {"segment": segment, "term": form.data.get("q", "")}
    if form.is_valid() and form.cleaned_data["q"]:
        try:
            found["people"] = answered(segment, people.matching(form.cleaned_data["q"], masking.may_see(request.user)))
        except FilterRefused as refused:
            found["fault"] = refused.faults[0]
    template = "audiences/_segment_found.html" if request.htmx else "audiences/segment_found.html"
    return render(request, template, found)


def answered(segment: Segment, some: QuerySet[Profile]) -> list[Profile]:
    condition = filters.condition(segment.filter, timezone.now())
    return list(some.annotate(is_inside=membership.true_if(condition)).order_by("pk")[: FOUND + 1])


@require_safe
@never_cache
@permission_required(MAY, raise_exception=True)
def person(request: HttpRequest, pk: int, profile: int) -> HttpResponse:
    """Every condition of the segment, answered for one person."""
    segment, who = get_object_or_404(Segment, pk=pk), get_object_or_404(Profile, pk=profile)
    found = {"segment": segment, "profile": who, "title": title_of(who, request)}
    try:
        told = why.told(segment, who, timezone.now())
        reasons = list(told.deciding)
        found |= {"told": told, "reasons": reasons[:REASONS], "more": len(reasons[REASONS:])}
    except FilterRefused as refused:
        found["faults"] = refused.faults
    return render(request, "audiences/segment_person.html", found)
