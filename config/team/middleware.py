"""What holds for every answer: dates are on the reader's clock, and nothing is kept on the way to her."""

from collections.abc import Callable
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.http import urlencode
from django_htmx.http import trigger_client_event


class SignedIn(LoginRequiredMiddleware):
    """Whoever is signed out goes to the page to sign in on. A part of a page is not replaced by it: it says so."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable) -> HttpResponse:
        if not request.htmx:
            return super().handle_no_permission(request, view_func)
        at = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.htmx.current_url_abs_path or '/'})}"
        told = {"at": at, "lost": request.method != "GET"}
        return trigger_client_event(HttpResponse(status=401), "signedOut", told)


class ReadersTimeZone:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = getattr(request.user, "time_zone", "")
        with timezone.override(zone(name)):
            return self.get_response(request)


def zone(name: str) -> ZoneInfo | str:
    """The company's zone where a person has none, or one that this machine doesn't know."""
    try:
        return ZoneInfo(name) if name else timezone.get_default_timezone()
    except (ZoneInfoNotFoundError, ValueError):
        return timezone.get_default_timezone()


class KeptNowhere:
    """Answers hold personal data, so no browser or proxy keeps one; what is the same for everybody may be kept.

    Static files are served before it.
    """

    SAME_FOR_ALL = ("api:openapi-json", "api:openapi-view")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if getattr(request.resolver_match, "view_name", "") not in self.SAME_FOR_ALL:
            response.headers["Cache-Control"] = "private, no-store"
        return response
