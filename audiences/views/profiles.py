"""Profiles: the list with its search, and one person's page.

What is searched for is personal data, so it travels in the body of a POST and never stands in an address or a log.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib.auth.decorators import permission_required
from django.db.models import Field
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from .. import attributes, masking, membership, panels, people
from ..models import Profile

may_view = permission_required("audiences.view_profile", raise_exception=True)
CONTACT = ("email", "phone", "mobile_advertiser_id")
ADDRESS = ("city", "state", "zip", "country")
PERSON = ("first_name", "last_name", "gender", "date_of_birth", "language", "time_zone")
LARGEST = 2**62
WORDS = {"text": "text", "number": "number", "boolean": "yes or no", "time": "date and time"}


class SearchForm(forms.Form):
    q = forms.CharField(required=False, max_length=320)
    after = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    before = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)


class Fact(NamedTuple):
    """One attribute of a person; `kind` says how it is masked."""

    label: str
    value: Any
    kind: str
    type: str = ""


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
    profile = get_object_or_404(Profile, pk=pk)
    context = {
        "profile": profile,
        "title": title_of(profile, request),
        "groups": list(groups(profile)),
        "custom": list(custom(profile)),
        "segments": membership.of(profile, timezone.now()) if request.user.has_perm("audiences.view_segment") else None,
        "parts": panels.parts(profile, request),
    }
    return render(request, "audiences/profile.html", context)


def title_of(profile: Profile, request: HttpRequest) -> str:
    name = masking.shown(request.user, profile.name, "name")
    return name or masking.shown(request.user, profile.external_id, "external_id")


def groups(profile: Profile) -> Iterator[tuple[str, list[Fact]]]:
    for title, names in (("Person", PERSON), ("Contact", CONTACT), ("Address", ADDRESS)):
        yield title, [Fact(label(name), spelled(getattr(profile, name), name), name) for name in names]


def label(name: str) -> str:
    field: Field = Profile._meta.get_field(name)
    words = str(field.verbose_name)
    return words[:1].upper() + words[1:]


def custom(profile: Profile) -> Iterator[Fact]:
    known = attributes.custom() if profile.attributes else {}
    for name, value in sorted(profile.attributes.items()):
        kind = known[name].type if name in known else "text"
        yield Fact(name, spelled(value, kind), kind, WORDS[kind])


def spelled(value: Any, kind: str) -> Any:
    """As people write it: yes, and a time on the reader's clock."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "time" and isinstance(value, str):
        return spelled_time(value)
    return date_format(value, "j F Y") if isinstance(value, date) else value


def spelled_time(value: str) -> str:
    """On the reader's clock; as it is where it is no time (JSON holds what came)."""
    try:
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y H:i")
    except ValueError:
        return value
