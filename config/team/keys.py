"""Who may call the API: a bearer key that is live and has the call's scope.

`last_used_at` is written at most once a minute, so that a busy key costs no write a call.
"""

import re
import time
from datetime import timedelta
from typing import Any

from django.core.cache import caches
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from ninja.throttling import BaseThrottle

from .models import ApiKey
from .refusals import MEDIA_TYPE, Refusal

KEY = re.compile(r"[0-9a-f]{8}\.[A-Za-z0-9_-]{20,100}")
USED_EVERY = timedelta(minutes=1)
MOST_CALLS = 600
"""A minute, for each key; in each web process where there is no Redis."""
REFUSALS = {
    400: "The body is not JSON.",
    401: "No key, or one that is unknown or was revoked.",
    403: "The key lacks the scope.",
    415: "The body is not application/json.",
    422: "What was sent can't be used; every wrong place is named.",
    429: f"More than {MOST_CALLS} calls in a minute; Retry-After says when to come back.",
}
OF_BODIES = (400, 415)


class BearerKey(HttpBearer):
    """`Authorization: Bearer KEY`; makes `request.auth` the ApiKey."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiKey:
        key = super().__call__(request)
        if key is None:
            detail = "Send a live API key: `Authorization: Bearer KEY`."
            raise Refusal(401, detail, {"WWW-Authenticate": 'Bearer realm="Audience Sync"'})
        if self.scope not in key.scopes:
            raise Refusal(403, f"This key lacks the scope {self.scope}. Make another key that has it.")
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = ApiKey.find(token) if KEY.fullmatch(token) else None
        if key:
            note_use(key)
        return key


def note_use(key: ApiKey) -> None:
    now = timezone.now()
    if key.last_used_at is None or key.last_used_at <= now - USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


class KeyRate(BaseThrottle):
    """Counts the calls of each key in each minute of the clock."""

    def allow_request(self, request: HttpRequest) -> bool:
        counter = f"api-calls-{request.auth.prefix}-{int(time.time() // 60)}"
        if caches["rates"].add(counter, 1, 120):
            return True
        try:
            return caches["rates"].incr(counter) <= MOST_CALLS
        except ValueError:  # The cache was full and dropped it.
            return True

    def wait(self) -> float:
        return 60 - time.time() % 60


def needs(scope: str, body: Any = None, schema: str = "") -> dict[str, Any]:
    """What every call declares: its scope, and for its documentation the refusals, an example of a body, and the name
    of the body's schema where that is one of ours.
    """
    wrong = {status: refusal(why) for status, why in REFUSALS.items() if body is not None or status not in OF_BODIES}
    extra = {"x-scope": scope, "responses": wrong}
    if body is not None:
        extra["x-example"] = body
    if schema:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        extra["requestBody"] = {"content": content}
    return {"auth": BearerKey(scope), "openapi_extra": extra}


def refusal(why: str) -> dict[str, Any]:
    return {"description": why, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
