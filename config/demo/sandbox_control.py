"""Speaking to the sandbox beside the Graph API: what it calls its ad accounts, which faults are on."""

import json
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings

SECONDS = 10


class NoSandbox(Exception):
    """Nothing that answers like the sandbox is at FACEBOOK_GRAPH_URL."""


def control(method: str, path: str, /, **body: Any) -> dict:
    url = f"{settings.FACEBOOK_GRAPH_URL}/_sandbox/{path}"
    request = Request(url, json.dumps(body).encode() if body else None, method=method)
    try:
        with urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)
    except (URLError, ValueError, OSError) as error:
        raise NoSandbox(f"{url}: {error}") from error


def name_account(account_id: str, **facts: Any) -> None:
    control("POST", "accounts", id=account_id, **facts)


def fault(kind: str, **knobs: Any) -> None:
    """On uploads of people only."""
    control("POST", "faults", kind=kind, method="POST", **{"path_regex": "/users$"} | knobs)


def clear_faults() -> None:
    control("DELETE", "faults")
