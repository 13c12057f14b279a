"""Profiles: the list with its search, and one person's page.

What is searched for is personal data, so it travels in the body of a POST and never stands in an address or a log.
"""

from django import forms
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import deeds, facts, masking, membership, panels, people
from ..filters import Library
from ..models import Profile

may_view = permission_required("audiences.view_profile", raise_exception=True)
LARGEST = 2**62


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=320)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    before = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)


@require_safe
@never_cache
@may_view
def index(request: HttpRequest) -> HttpResponse:
    return listed(request, "audiences/profiles.html", SearchForm({}))


@require_POST
@may_view
def search(request: HttpRequest) -> HttpResponse:
    template = "audiences/_people.html" if request.htmx else "audiences/profiles.html"
    return listed(request, template, SearchForm(request.POST))


def listed(request: HttpRequest, template: str, form: SearchForm) -> HttpResponse:
    unmasked = masking.may_see(request.user)
    rows = people.matching(form.cleaned_data["q"], unmasked) if form.is_valid() else Profile.objects.none()
    asked = form.cleaned_data
    found = people.page(rows, asked.get("after"), asked.get("before"))
    return render(request, template, {"page": found, "term": form.data.get("q", ""), "unmasked": unmasked})


@require_safe
@never_cache
@may_view
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    profile, library = get_object_or_404(Profile, pk=pk), Library()
    sees_segments = request.user.has_perm("audiences.view_segment")
    context = {
        "profile": profile,
        "title": title_of(profile, request),
        "groups": list(facts.groups(profile)),
        "custom": list(facts.custom(profile, library.custom if profile.attributes else {})),
        "deeds": deeds.of(profile),
        "segments": membership.of(profile, timezone.now(), library) if sees_segments else None,
        "parts": panels.parts(profile, request),
    }
    return render(request, "audiences/profile.html", context)


def title_of(profile: Profile, request: HttpRequest) -> str:
    name = masking.shown(request.user, profile.name, "name")
    return name or masking.shown(request.user, profile.external_id, "external_id")
