"""Technology Partners: a tile per partner, and a page for each."""

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..partner import PARTNERS


@require_safe
@permission_required("integrations.view_connection", raise_exception=True)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "integrations/partners.html", {"partners": PARTNERS.values()})


@require_safe
@permission_required("integrations.view_connection", raise_exception=True)
def detail(request: HttpRequest, key: str) -> HttpResponse:
    if key not in PARTNERS:
        raise Http404
    return render(request, "integrations/partner.html", {"partner": PARTNERS[key]})
