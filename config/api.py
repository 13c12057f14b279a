"""The API as a whole: the calls of every package joined, JSON in, problem JSON for whatever goes wrong.

Each call names its scope (`config.team.keys.needs`); nothing is decided here but what holds for all of them.
"""

import json
import logging
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import orjson
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from audiences.api import grammar as audience_grammar
from audiences.api.segments import router as segments
from audiences.api.users import router as users
from audiences.filters import FilterRefused
from canvas.api import grammar as canvas_grammar
from canvas.api.canvases import router as canvases
from canvas.api.journeys import router as journeys
from canvas.api.triggers import router as triggers
from canvas.document import DocumentRefused
from config.team.keys import refusal
from config.team.refusals import Refusal, wrong_paths
from integrations.facebook.api import router as facebook

from .api_docs import DocsPage

log = logging.getLogger(__name__)
PROBLEM = {
    "description": "RFC 9457 problem JSON.", "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong and what to do."},
        "errors": {"type": "array", "items": {
            "type": "object", "properties": {"path": {"type": "string"}, "message": {"type": "string"}},
        }},
        "problems": {
            "type": "array", "items": {"$ref": "#/components/schemas/ProblemAnswer"},
            "description": "Of a launch only: what stops it.",
        },
    },
}  # fmt: skip
SCHEMAS = {"Problem": PROBLEM} | audience_grammar.SCHEMAS | canvas_grammar.SCHEMAS


class JsonParser(Parser):
    """JSON as the standard has it: no NaN, no half characters. Anything else is 415."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Refusal(415, "Send the body as JSON, with `Content-Type: application/json`.")
        try:
            return orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise Refusal(400, f"The body is not JSON: {error.msg} in line {error.lineno}.") from None


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """PostgreSQL gives 1.8e19 back as a whole number of more than 64 bits, which only the slower writer knows."""
        try:
            return orjson.dumps(data)
        except orjson.JSONEncodeError:
            return json.dumps(data, cls=NinjaJSONEncoder).encode()


class Api(NinjaAPI):
    """Answers whatever lies under its address, and adds the grammars to the OpenAPI document."""

    @property
    def urls(self) -> tuple[list, str, str]:
        patterns, app, namespace = super().urls
        return [*map(answering, patterns), path("<anything:rest>", nothing_here)], app, namespace

    def get_openapi_schema(self, **options) -> dict:
        schema = super().get_openapi_schema(**options)
        schema["components"]["schemas"] |= SCHEMAS
        for address, methods in schema["paths"].items():
            for call in methods.values() if "{" in address else ():
                call["responses"].setdefault(404, refusal("There is no such thing."))
        return schema


def answering(pattern: URLPattern) -> URLPattern:
    """The same address, without sign-in (a key does that), and with problem JSON where a method is not allowed."""
    pattern.callback = in_problem_json(pattern.callback)
    return pattern


def in_problem_json(view: Callable) -> Callable:
    @login_not_required
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response.headers["Allow"]
            refusal = Refusal(405, f"{request.method} is not possible here; {allowed} is.", {"Allow": allowed})
            response = refusal.response()
        for name, value in request.rate.headers().items() if hasattr(request, "rate") else ():
            response.headers[name] = value
        response._has_been_logged = True  # Django would log the whole address, and an external id may be in it.
        return response

    return answer


@login_not_required
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    return Refusal(404, "There is no such call. All of them are on /api/v1/docs.").response()


nothing_here.csrf_exempt = True
api = Api(
    title="Audience Sync",
    version="1",
    description="Send people, build Canvases, see what became of everybody. Every call needs a key with its scope.",
    urls_namespace="api",
    docs=DocsPage(),
    parser=JsonParser(),
    renderer=JsonRenderer(),
)
for router, tag in ((users, "People"), (segments, "Segments"), (canvases, "Canvases"), (journeys, "Canvases"),
                    (triggers, "Canvases"), (facebook, "Technology Partners")):  # fmt: skip
    api.add_router("", router, tags=[tag])


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, error: Refusal) -> HttpResponse:
    return error.response()


@api.exception_handler(DocumentRefused)
@api.exception_handler(FilterRefused)
def refuse_document(request: HttpRequest, error: DocumentRefused | FilterRefused) -> HttpResponse:
    return wrong_paths(error.faults).response()


@api.exception_handler(ValidationError)
def refuse_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"path": spelled(one["loc"]), "message": f"{one['msg']}."} for one in error.errors]
    return Refusal(422, "What was sent can't be used; `errors` names every place.", errors=errors).response()


def spelled(location: Iterable) -> str:
    """`("body", "sent", "ids", 0)` is `ids[0]`; the whole body is `$`."""
    source, *parts = location
    inside = parts[1:] if source == "body" else parts
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in inside).lstrip(".") or "$"


@api.exception_handler(HttpError)
def refuse_call(request: HttpRequest, error: HttpError) -> HttpResponse:
    if isinstance(error.__cause__, Refusal):
        return error.__cause__.response()
    return Refusal(error.status_code, error.message).response()


@api.exception_handler(Http404)
def refuse_unknown(request: HttpRequest, error: Http404) -> HttpResponse:
    return Refusal(404, "There is no such thing.").response()


@api.exception_handler(RequestDataTooBig)
def refuse_size(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return Refusal(413, "The body is too large; send fewer objects a call.").response()


@api.exception_handler(BadRequest)
def refuse_request(request: HttpRequest, error: BadRequest) -> HttpResponse:
    return Refusal(400, "The request can't be read.").response()


@api.exception_handler(Exception)
def fail(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our own fault. The address may hold an external id, so the log names the route."""
    log.error("The call %s %s failed", request.method, request.resolver_match.route, exc_info=error)
    detail = "Something went wrong here; it is in the log. Look at what was kept before you repeat it."
    return Refusal(500, detail).response()
