"""HTTP to the Graph API. The token travels in a header, never in a URL; nothing of a request is ever logged.

The one exception is Meta's: `debug_token` takes the token that it looks at as a parameter. It is masked in what urllib3
writes of its requests, whatever the log's level.
"""

import logging
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from django.conf import settings

from ..errors import TooLarge, Unavailable
from .graph_errors import classify, header

CONNECT_SECONDS = 10
PAGE, SMALLEST_PAGE = 100, 6
MOST_PAGES = 1000
sessions = threading.local()


@dataclass(frozen=True)
class Reply:
    body: dict[str, Any]
    headers: Mapping[str, str]
    status: int

    @property
    def trace_id(self) -> str:
        return header(self.headers, "x-fb-trace-id")[:100]

    @property
    def version(self) -> str:
        return header(self.headers, "facebook-api-version")[:10]


class Mask(logging.Filter):
    """Takes the token out of urllib3's lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.getMessage()
        if "input_token=" in told:
            record.msg, record.args = re.sub(r"input_token=[^&\s\"']*", "input_token=...", told), ()
        return True


for name in ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry"):
    logging.getLogger(name).addFilter(Mask())


class Bearer(requests.auth.AuthBase):
    """Given as `auth`, so that a .netrc on the machine can't put another credential in its place."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def is_sandbox() -> bool:
    """Whether the Graph API we speak to stands on this machine: Meta's never does."""
    return urlsplit(settings.FACEBOOK_GRAPH_URL).hostname in ("127.0.0.1", "localhost", "::1")


def session() -> requests.Session:
    """One a thread: connections are kept open."""
    if not hasattr(sessions, "session"):
        sessions.session = requests.Session()
    return sessions.session


@dataclass(frozen=True)
class Graph:
    """The Graph API as one token sees it. Every call raises PartnerError kinds only.

    `seconds` is for all calls of this object together; without it each call has the time that a lease leaves.
    """

    token: str = field(repr=False)
    seconds: float | None = None
    began: float = field(default_factory=time.monotonic)

    def get(self, path: str, **params: str) -> Reply:
        return self.call("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any] | bytes) -> Reply:
        """Bytes are JSON already."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        return self.call("POST", path, data=data, content="application/json")

    def pages(self, path: str, **params: str) -> Iterator[Reply]:
        """Every page. Only the absence of `next` is the end: a page may be empty and have one. Its URL holds the
        token, so it is never followed."""
        after, size = {}, PAGE
        for _ in range(MOST_PAGES):
            reply, size = self.page(path, size, params | after)
            yield reply
            paging = reply.body.get("paging") or {}
            if not paging.get("next"):
                return
            after = {"after": (paging.get("cursors") or {}).get("after")}
            if not after["after"]:
                break
        raise Unavailable("Facebook's list breaks off, or has no end.")

    def page(self, path: str, size: int, params: Mapping[str, str]) -> tuple[Reply, int]:
        """A page, halved until Facebook can read it at once (Meta: code 1, "reduce the amount of data"); its size."""
        while True:
            try:
                return self.get(path, **params, limit=str(size)), size
            except TooLarge:
                if size <= SMALLEST_PAGE:
                    raise
                size //= 2

    def timeouts(self) -> tuple[float, float]:
        """For connecting and for reading."""
        if self.seconds is None:
            return CONNECT_SECONDS, settings.SYNC_LEASE_SECONDS * 0.8
        left = self.began + self.seconds - time.monotonic()
        if left <= 0:
            raise Unavailable(f"Facebook took longer than {self.seconds:g} seconds.")
        return min(CONNECT_SECONDS, left), left

    def call(self, method: str, path: str, params=None, data: bytes | None = None, content: str = "") -> Reply:
        url = f"{settings.FACEBOOK_GRAPH_URL}/{settings.FACEBOOK_GRAPH_VERSION}/{path}"
        timeouts = self.timeouts()
        options = {"params": params, "data": data, "headers": {"Content-Type": content} if content else {}}
        try:
            answer = session().request(
                method, url, **options, auth=Bearer(self.token), timeout=timeouts, allow_redirects=False
            )
            answered = answer.content
        except requests.RequestException as error:
            trouble = type(error).__name__
        else:
            return reply_of(answer, answered)
        # Outside the `except`: what requests raised holds the URL, and would hang on as the context.
        raise Unavailable(f"No answer from Facebook ({trouble}).", version=settings.FACEBOOK_GRAPH_VERSION)


def reply_of(answer: requests.Response, content: bytes) -> Reply:
    """Success is a JSON object without `error` and a status below 300; the content type says nothing.

    A 200 may hold an error or a page of an outage, and a redirect is never followed: it would carry the token away.
    """
    try:
        body = orjson.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or "error" in body or answer.status_code >= 300:
        error = classify(answer.status_code, body if isinstance(body, dict) else None, answer.headers)
        error.version = error.version or settings.FACEBOOK_GRAPH_VERSION
        raise error
    return Reply(body, answer.headers, answer.status_code)
