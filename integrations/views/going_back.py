"""Where a button leads back to: the page that asked, if it is one of ours."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str = "") -> str:
    place = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith("/"):
        return place
    return otherwise or reverse("home")


def back_to_partner(request: HttpRequest, key: str) -> str:
    may_see = request.user.has_perm("integrations.view_connection")
    return back(request, reverse("integrations:partner", args=[key]) if may_see else "")
