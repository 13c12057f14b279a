"""docs/api.md: every call is in it, and every line of it runs as it stands."""

import re
import shlex
from pathlib import Path

import pytest
from django.test import Client

from config.api import api
from config.team.models import ApiKey
from tests.api.caller import Caller

pytestmark = pytest.mark.django_db
TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def lines() -> list[list[str]]:
    """The words of every curl line."""
    return [shlex.split(line) for line in TEXT.splitlines() if line.startswith("curl ")]


def run(words: list[str], names: dict[str, str]):
    """What curl would do; only the options that the page uses."""
    filled = [re.sub(r"\$(\w+)", lambda found: names[found[1]], word) for word in words[1:]]
    options = [
        (option, value) for option, value in zip(filled, filled[1:], strict=False) if option in ("-X", "-H", "-d")
    ]
    [method] = [value for option, value in options if option == "-X"]
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    body = next((value for option, value in options if option == "-d"), "")
    [url] = [word for word in filled if word.startswith("http://")]
    kind = headers.pop("Content-Type", "application/octet-stream")
    return method, url, Client().generic(method, url, body, content_type=kind, headers=headers)


def test_every_line_runs_in_its_order_and_every_call_is_run(sandbox):
    names = {"API": "http://testserver/api/v1", "API_KEY": Caller().text, "RECEIPT": "E-"}
    ran = set()
    for words in lines():
        method, url, answer = run(words, names)
        assert answer.status_code in (200, 201), (url, answer.content)
        path = url.removeprefix(names["API"]).partition("?")[0].replace(names["RECEIPT"], "{id}")
        ran.add((method, re.sub(r"/\d+", "/{id}", path).replace("/jane", "/{id}").replace("/fb/", "/{id}/")))
        if path == "/users/delete":
            names["RECEIPT"] = answer.json()["receipts"][0]["receipt"]
        for name in ("SEGMENT", "CANVAS"):
            if method == "POST" and path in ("/segments", "/canvases") and path.startswith(f"/{name.lower()}"):
                names[name] = str(answer.json()["id"])
    assert ran == every_call()


def every_call() -> set[tuple[str, str]]:
    paths = api.get_openapi_schema()["paths"]
    return {
        (method.upper(), re.sub(r"{\w+}", "{id}", path.removeprefix("/api/v1")))
        for path, methods in paths.items()
        for method in methods
    }


def test_every_scope_is_explained():
    assert all(f"`{scope}`" in TEXT for scope in ApiKey.SCOPES)
