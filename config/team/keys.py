"""Who may call the API: a bearer key that is live, has the call's scope, and is not over its rate."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from . import rates
from .models import ApiKey
from .refusals import MEDIA_TYPE, Refusal

KEY = re.compile(r"[0-9a-f]{8}\.[A-Za-z0-9_-]{20,100}")
REFUSALS = {
    400: "The body is not JSON.",
    401: "No key, or one that is unknown or was revoked.",
    403: "The key lacks the scope.",
    413: "The body is larger than 2.5 MB.",
    415: "The body is not application/json.",
    422: "What was sent can't be used; every wrong place is named.",
    429: "Too many calls of this key in this minute; Retry-After says when to come back.",
}
OF_BODIES = (400, 413, 415)


class BearerKey(HttpBearer):
    """`Authorization: Bearer KEY`; makes `request.auth` the ApiKey, and `request.rate` what it has left."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiKey:
        key = super().__call__(request)
        if key is None:
            detail = "Send a live API key: `Authorization: Bearer KEY`."
            raise Refusal(401, detail, {"WWW-Authenticate": 'Bearer realm="Audience Sync"'})
        request.rate = rates.count(key, timezone.now())
        request.rate.check()
        if self.scope not in key.scopes:
            raise Refusal(403, f"This key lacks the scope {self.scope}. Make another key that has it.")
        return key

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return ApiKey.find(token) if KEY.fullmatch(token) else None


def needs(
    scope: str, body: Any = None, schema: str = "", refuses: Mapping[int, str] = MappingProxyType({})
) -> dict[str, Any]:
    """What every call declares: its scope, and for its documentation an example of a body, the name of the body's
    schema where that is one of ours, and what it refuses, with which status, beside what every call does.
    """
    known = {status: why for status, why in REFUSALS.items() if body is not None or status not in OF_BODIES}
    told = {status: refusal(why) for status, why in sorted({**known, **refuses}.items())}
    extra = {"x-scope": scope, "responses": told}
    if body is not None:
        extra["x-example"] = body
    if schema:
        content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
        extra["requestBody"] = {"content": content, "required": True}
    return {"auth": BearerKey(scope), "openapi_extra": extra}


def refusal(why: str) -> dict[str, Any]:
    return {"description": why, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
