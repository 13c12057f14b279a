"""The documentation page of the API: plain HTML made from the OpenAPI document, nothing to load from elsewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase


class DocsPage(DocsBase):
    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema = api.get_openapi_schema()
        host = f"{request.scheme}://{request.get_host()}"
        schemas = {name: pretty(one) for name, one in sorted(schema["components"]["schemas"].items())}
        context = {"title": api.title, "description": api.description, "calls": list(calls(schema, host)),
                   "schemas": schemas, "openapi_url": self.get_openapi_url(api, {})}  # fmt: skip
        return render(request, "api/docs.html", context)


def calls(schema: dict, host: str) -> Iterator[dict[str, Any]]:
    """What the page shows of each call."""
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            yield {
                "id": call["operationId"], "method": method.upper(), "path": path, "scope": call["x-scope"],
                "summary": call["summary"], "description": call.get("description", ""),
                "parameters": call["parameters"], "body": body_of(call), "answers": answers_of(call),
                "curl": curl(method.upper(), f"{host}{path}", call.get("x-example")),
            }  # fmt: skip


def body_of(call: dict) -> str:
    content = call.get("requestBody", {}).get("content", {})
    return pretty(content["application/json"]["schema"]) if content else ""


def answers_of(call: dict) -> list[tuple[str, str]]:
    return [(str(status), answer["description"]) for status, answer in sorted(call["responses"].items())]


def curl(method: str, url: str, example: Any) -> str:
    """To paste into a shell that knows $API_KEY and the other names that begin with $."""
    address = re.sub(r"{(\w+)}", lambda name: f"${name[1].upper()}", url)
    words = [f"curl -X {method}", '-H "Authorization: Bearer $API_KEY"']
    if example is not None:
        words += ['-H "Content-Type: application/json"', f"-d '{json.dumps(example, indent=2)}'"]
    return " \\\n  ".join([*words, f'"{address}"'])


def pretty(schema: dict) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False)
