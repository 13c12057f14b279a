"""Erasures: erasing a person, the receipts of all who were erased, and one receipt.

An external id is searched for in the body of a POST and compared by its keyed hash. The address of a
receipt holds its number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import erasure
from ..erasure import Place
from ..models import Erasure, Profile
from .profiles import SearchForm, title_of

may_erase = permission_required("audiences.delete_profile", raise_exception=True)
A_PAGE = 50


@dataclass(frozen=True)
class Line:
    """A receipt and how far it is: what is worst counts."""

    receipt: Erasure
    places: Sequence[Place]

    @property
    def tone(self) -> str:
        return next((tone for tone in ("bad", "warn") if any(place.tone == tone for place in self.places)), "good")

    @property
    def icon(self) -> str:
        return Place("", "", "", self.tone).icon

    @property
    def settled(self) -> int:
        return sum(place.tone == "good" for place in self.places)

    @property
    def words(self) -> str:
        if not self.places:
            return "Was sent nowhere"
        state = {"bad": "Not removed", "warn": "Waiting", "good": "Done"}[self.tone]
        return f"{state}, {self.settled} of {len(self.places)}" if self.tone != "good" else state


@require_safe
@never_cache
@may_erase
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(Erasure.objects.select_related("actor"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "audiences/erasures.html", {"page": page, "lines": lines(page.object_list, timezone.now())})


@require_POST
@may_erase
def search(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.POST)
    term = form.cleaned_data["q"] if form.is_valid() else ""
    if not term:
        return redirect("audiences:erasures")
    found = list(erasure.found(term)[:A_PAGE])
    return render(request, "audiences/erasures.html", {"lines": lines(found, timezone.now()), "term": term})


def lines(receipts: Sequence[Erasure], now: datetime) -> list[Line]:
    told = erasure.places(list(receipts), now)
    return [Line(one, told[one.pk]) for one in receipts]


@require_safe
@never_cache
@may_erase
def detail(request: HttpRequest, number: str) -> HttpResponse:
    receipt = get_object_or_404(Erasure.objects.select_related("actor"), number=number)
    return render(request, "audiences/erasure.html", {"line": lines([receipt], timezone.now())[0]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@may_erase
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, and says what it does."""
    profile = get_object_or_404(Profile, pk=pk)
    if request.method == "POST":
        made = erasure.erase([profile.external_id], timezone.now(), via="dashboard", actor=request.user)
        for receipt in made.values():
            messages.success(request, "The person is erased.")
            return redirect("audiences:erasure", number=receipt.number)
        return redirect("audiences:profiles")
    return render(request, "audiences/erase.html", {"profile": profile, "title": title_of(profile, request)})
