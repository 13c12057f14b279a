"""Calls webhooks, a few at once, and says what their answers mean."""

from datetime import timedelta

from ..channels import Addressee, Channel, NotSent
from ..dispatch_models import Outlet
from . import line, request, signing, urls
from .request import Request


class Throttled(NotSent):
    """The address asked us to slow down."""

    holds = throttles = True


class Busy(NotSent):
    """The address is not there for anybody now."""

    holds = True


class Redirected(NotSent):
    """The address answered with a redirect, which is not followed."""


class Refused(NotSent):
    """The address refused the request."""


class Troubled(NotSent):
    """The address had a trouble of its own."""


class Webhook(Channel):
    key = "webhook"
    at_once = 8
    urls = urls.PAGES

    def make(self, outlet: Outlet, to: Addressee) -> Request:
        return request.of(outlet.settings, to, signing.current())

    def send(self, made: Request) -> int:
        answer = line.call(made)
        if 200 <= answer.status < 300:
            return answer.status
        wait = timedelta(seconds=int(answer.retry_after)) if seconds(answer.retry_after) else None
        raise kind_of(answer.status)(f"({answer.status})", status=answer.status, wait=wait)


def seconds(text: str) -> bool:
    """A date is not read: our own clock is good enough then."""
    return text.isascii() and text.isdecimal() and len(text) < 7


def kind_of(status: int) -> type[NotSent]:
    if status in (429, 503):
        return Throttled if status == 429 else Busy
    if status < 400:
        return Redirected
    return Refused if status < 500 else Troubled
