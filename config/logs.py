"""How the log is written: lines of text or of JSON, each with the request or the pass that it belongs to.

What looks like a secret is taken out of every line, and addresses become routes: an invitation's link or somebody's
external id may stand in an address.
"""

import json
import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest

BELONGS: ContextVar[tuple[str, str] | None] = ContextVar("belongs", default=None)
"""(what: request or pass, its id)"""
FACTS = ("batch", "audience", "canvas", "dispatch", "status", "milliseconds")
"""What a line may be given beside its words, as `extra`."""
SECRET = re.compile(
    r"""((?:\w*token|appsecret_proof|password)["']?\s*[=:]\s*["']?|Bearer\s+)[^&\s"',}]+""", re.IGNORECASE
)
NOWHERE = "an address that leads nowhere"


def new_id() -> str:
    return secrets.token_hex(8)


@contextmanager
def belonging_to(what: str, id: str) -> Iterator[None]:
    """Every line within says so."""
    token = BELONGS.set((what, id))
    try:
        yield
    finally:
        BELONGS.reset(token)


class Routes(logging.Filter):
    """Django's lines on a request name its route, not its address."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            paths = {request.path, request.path.encode("unicode_escape").decode("ascii")}
            record.args = tuple(route(request) if one in paths else one for one in record.args)
        return True


def route(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else NOWHERE


def belongs(record: logging.LogRecord) -> tuple[str, str] | None:
    """Django tells of a refused request when it has been answered: then the request knows its id."""
    id = getattr(getattr(record, "request", None), "id", "")
    return BELONGS.get() or (("request", id) if id else None)


class Lines(logging.Formatter):
    """`time LEVEL logger [request=id] words`, and a traceback below where there is one."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s%(belongs)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        known = belongs(record)
        record.belongs = " [{}={}]".format(*known) if known else ""
        return redacted(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        told |= dict([known]) if (known := belongs(record)) else {}
        told |= {name: vars(record)[name] for name in FACTS if name in vars(record)}
        if record.exc_info:
            told["traceback"] = redacted(self.formatException(record.exc_info))
        return json.dumps(told, default=str, ensure_ascii=False)


def redacted(text: str) -> str:
    return SECRET.sub(r"\1…", text)


FORMATTERS = {"text": Lines, "json": JsonLines}


def settings(style: str) -> dict:
    """Django's LOGGING. Each request has a line where machines read the log."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMATTERS[style]}},
        "filters": {"routes": {"()": Routes}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["routes"]}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # At DEBUG, urllib3 writes request lines, and one of Facebook's carries a token (debug_token).
            "urllib3": {"level": "WARNING"},
            "django-q": {"level": "WARNING"},
            "config.requests": {"level": "INFO" if style == "json" else "WARNING"},
            "gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True},
        },
    }
