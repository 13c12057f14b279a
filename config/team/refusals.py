"""What the API says when it refuses: problem JSON (RFC 9457), one shape for every call.

A refusal never repeats what was sent: a token or a person's data may be in it.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"


class Refusal(Exception):
    """The call is not carried out. `members` are written beside the standard ones (`errors`, `problems`)."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None, **members: Any) -> None:
        self.status, self.detail, self.headers, self.members = status, detail, headers or {}, members
        super().__init__(detail)

    def response(self) -> HttpResponse:
        standard = {
            "type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status,
            "detail": self.detail,
        }  # fmt: skip
        content = orjson.dumps(standard | self.members)
        return HttpResponse(content, content_type=MEDIA_TYPE, status=self.status, headers=self.headers)


def wrong_paths(faults: Iterable) -> Refusal:
    """422, naming every path; a fault is anything with `path` and `message`."""
    errors = [{"path": fault.path, "message": fault.message} for fault in faults]
    return Refusal(422, "What was sent can't be used; `errors` names every place.", errors=errors)


def wrong_path(path: str, message: str) -> Refusal:
    return Refusal(422, message, errors=[{"path": path, "message": message}])
