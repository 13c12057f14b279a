"""Which of its two views a Canvas is looked at in: the graph or the outline. A browser remembers the last choice."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

VIEWS = ("graph", "outline")
COOKIE = "canvas_view"
A_YEAR = 365 * 24 * 3600


def view_of(request: HttpRequest) -> str:
    """The one that is asked for, else the one last chosen, else a phone gets the outline."""
    asked = request.GET.get("view") or request.COOKIES.get(COOKIE)
    return asked if asked in VIEWS else "outline" if on_phone(request) else "graph"


def is_unasked(request: HttpRequest) -> bool:
    """Nobody has chosen and it isn't known whether the window is narrow: the page finds out."""
    return view_of(request) == "graph" and request.GET.get("view") is None and COOKIE not in request.COOKIES


def on_phone(request: HttpRequest) -> bool:
    """Browsers of phones have "Mobi" in their names, by an old agreement (MDN, Browser detection)."""
    return "Mobi" in request.headers.get("User-Agent", "")


def remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if request.GET.get("view") in VIEWS:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie(COOKIE, request.GET["view"], A_YEAR, secure=secure, httponly=True, samesite="Lax")
    return response
