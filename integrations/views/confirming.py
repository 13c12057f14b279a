"""Ticking by hand what no check can see at a partner, and taking the tick back."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from .. import confirmations
from .going_back import back_to_partner
from .partners import may_change, partner_or_404


def what_of(key: str, what: str) -> str:
    if what not in partner_or_404(key).by_hand:
        raise Http404
    return what


@require_POST
@may_change
def tick(request: HttpRequest, key: str, what: str) -> HttpResponse:
    confirmations.tick(key, what_of(key, what), timezone.now(), request.user)
    return redirect(back_to_partner(request, key))


@require_POST
@may_change
def untick(request: HttpRequest, key: str, what: str) -> HttpResponse:
    confirmations.untick(key, what_of(key, what), request.user)
    return redirect(back_to_partner(request, key))
