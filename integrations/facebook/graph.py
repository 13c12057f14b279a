"""HTTP to the Graph API. The token travels in a header, never in a URL; nothing of a request is ever logged.

The one exception is Meta's: `debug_token` takes the token that it looks at as a parameter.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests
from django.conf import settings

from ..errors import Unavailable
from .graph_errors import classify, header

CONNECT_SECONDS = 10
PAGE = 100
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
    """The Graph API as one token sees it. Every call raises PartnerError kinds only."""

    token: str
    seconds: float | None = None

    def get(self, path: str, **params: str) -> Reply:
        return self.call("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        return self.call("POST", path, data=orjson.dumps(body), content="application/json")

    def pages(self, path: str, **params: str) -> Iterator[Reply]:
        """Every page. Only the absence of `next` is the end; its URL holds the token, so it is never followed."""
        after: dict[str, str] = {}
        while True:
            reply = self.get(path, **({"limit": str(PAGE)} | params | after))
            yield reply
            paging = reply.body.get("paging") or {}
            cursor = (paging.get("cursors") or {}).get("after")
            if not paging.get("next") or not cursor or after.get("after") == cursor:
                return
            after = {"after": cursor}

    def call(self, method: str, path: str, params=None, data: bytes | None = None, content: str = "") -> Reply:
        url = f"{settings.FACEBOOK_GRAPH_URL}/{settings.FACEBOOK_GRAPH_VERSION}/{path}"
        timeouts = (CONNECT_SECONDS, self.seconds or settings.SYNC_LEASE_SECONDS * 0.8)
        options = {"params": params, "data": data, "headers": {"Content-Type": content} if content else {}}
        try:
            answer = session().request(
                method, url, **options, auth=Bearer(self.token), timeout=timeouts, allow_redirects=False
            )
            answered = answer.content
        except requests.RequestException as error:
            raise Unavailable(f"No answer from Facebook ({type(error).__name__}).") from None
        return reply_of(answer, answered)


def reply_of(answer: requests.Response, content: bytes) -> Reply:
    """Success is a JSON object without `error`, whatever the HTTP status says."""
    try:
        body = orjson.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict) or body.get("error"):
        raise classify(answer.status_code, body if isinstance(body, dict) else None, answer.headers)
    if answer.status_code >= 300:
        raise classify(answer.status_code, None, answer.headers)
    return Reply(body, answer.headers, answer.status_code)
