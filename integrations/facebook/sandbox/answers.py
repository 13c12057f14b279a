"""What goes back over the wire: an answer, and the error envelope (Meta error reference; contract 6.1).

Nearly every failure is HTTP 400. Errors are addressed to requests, never to single rows.
"""

from dataclasses import dataclass, field
from typing import Any

JSON = "application/json; charset=UTF-8"
HTML = "text/html; charset=utf-8"


@dataclass
class Answer:
    """`body` is a dict (sent as JSON) or bytes (sent as they are).

    `dropped` closes the connection instead, with `reset` rudely (TCP's RST); `cut` closes it so many bytes before the
    end that was announced.
    """

    body: dict[str, Any] | bytes = b""
    status: int = 200
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    reset: bool = False
    cut: int = 0

    @property
    def error(self) -> dict[str, Any]:
        return self.body.get("error", {}) if isinstance(self.body, dict) else {}


class GraphError(Exception):
    """A refusal. `title` and `explained` are what Meta shows to end users."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "OAuthException",
        transient: bool | None = None,
        title: str = "",
        explained: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.fields = {
            "message": message,
            "type": kind,
            "code": code,
            "error_subcode": subcode,
            "is_transient": transient,
            "error_user_title": title or None,
            "error_user_msg": explained or None,
        }

    def answer(self, trace: str) -> Answer:
        told = {name: value for name, value in self.fields.items() if value is not None}
        return Answer({"error": {**told, "fbtrace_id": trace}}, self.status)


def invalid_parameter(message: str, subcode: int | None = None, title: str = "", explained: str = "") -> GraphError:
    return GraphError(100, f"(#100) {message}", subcode=subcode, title=title, explained=explained)


def missing_parameter(name: str) -> GraphError:
    return invalid_parameter(f"Missing parameter(s): {name}.")


def gone(verb: str, object_id: str) -> GraphError:
    """Deleted, never there, or not for this token: one answer for all three (contract 3.5)."""
    message = (
        f"Unsupported {verb.lower()} request. Object with ID '{object_id}' does not exist, cannot be loaded "
        "due to missing permissions, or does not support this operation."
    )
    return GraphError(100, message, subcode=33, kind="GraphMethodException")
