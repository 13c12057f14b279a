"""Every request has an id: the caller's own where it is a sane one, else a new one. The answer carries it, and so does
every line that is logged meanwhile.
"""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from . import logs

log = logging.getLogger(__name__)
HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9._-]{8,64}")
ASKED_OFTEN = ("alive", "ready", "metrics")
"""By machines, every few seconds: no line tells of it."""


class KnownById:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request.id = given if SANE.fullmatch(given) else logs.new_id()
        with logs.belonging_to("request", request.id):
            began = time.monotonic()
            response = self.get_response(request)
            tell(request, response, round(1000 * (time.monotonic() - began)))
        response.headers[HEADER] = request.id
        return response


def tell(request: HttpRequest, response: HttpResponse, milliseconds: int) -> None:
    """The route and never the address."""
    if getattr(request.resolver_match, "view_name", "") not in ASKED_OFTEN:
        facts = {"status": response.status_code, "milliseconds": milliseconds}
        log.info("%s %s answered %s", request.method, logs.route(request), response.status_code, extra=facts)
