"""The Webhook step: an HTTP request about each person who comes here; they go on at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from canvas.document import Draft, StepSpec
from canvas.problems import Problem
from canvas.steps.base import Fact, Setting

from ..outgoing_step import OutgoingStep
from . import checks, headers, signing
from .form import WebhookForm
from .request import METHODS, TOKEN

LONGEST_URL, LONGEST_BODY = 2_000, 50_000


def read_method(value: Any) -> str:
    if value not in METHODS:
        raise ValueError(f"Write one of {', '.join(METHODS)}.")
    return value


def read_url(value: Any) -> str:
    return read_text(value, LONGEST_URL)


def read_body(value: Any) -> str:
    return read_text(value, LONGEST_BODY)


def read_text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise ValueError(f"Write a text of at most {longest:,} characters.")
    return value


def read_headers(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ValueError('Write a JSON object of texts, such as {"X-Source": "canvas"}.')
    if len(value) > headers.MOST:
        raise ValueError(f"{len(value)} headers are too many; {headers.MOST} at most.")
    for name, one in value.items():
        if not TOKEN.fullmatch(name) or len(name) > 100:
            raise ValueError("The name of a header is made of letters, digits and -.")
        read_text(one, headers.LONGEST)
    return value


class WebhookStep(OutgoingStep):
    type = "webhook"
    channel = "webhook"
    label = "Webhook"
    icon = "webhook"
    does = "Makes an HTTP request about everybody who comes through; they go on at once."
    edit_label = "Request"
    height = 176
    form_class = WebhookForm
    template = "steps/webhook.html"
    beside = "steps/webhook_preview.html"
    statuses = ("sent", "pending", "failed", "withdrawn")
    example = {
        "method": "POST", "url": "https://hooks.example.com/people/{{ external_id }}",
        "body": '{"email": "{{ email }}"}',
    }  # fmt: skip
    settings = {
        "method": Setting("Method", read_method),
        "url": Setting("Address", read_url),
        "headers": Setting("Headers", read_headers, words=lambda value, say: ", ".join(value)),
        "body": Setting("Body", read_body),
    }

    def summary(self, settings: Mapping) -> str:
        try:
            host = urlsplit(settings.get("url", "")).hostname
        except ValueError:
            host = ""
        return f"{settings.get('method', 'POST')} {host}" if host else ""

    def fill_in(self, settings: Mapping, draft: Draft) -> Mapping:
        return {"method": "POST", **settings}

    def facts(self, step: StepSpec, draft: Draft) -> Sequence[Fact]:
        url, body = step.settings.get("url", ""), " ".join(step.settings.get("body", "").split())
        return (
            Fact("Method", step.settings.get("method", "POST")),
            Fact("Address", url or "None yet", not url),
            Fact("Body", body or "None"),
        )

    def problems(self, step: StepSpec, draft: Draft) -> Iterator[Problem]:
        for check in checks.CHECKS:
            yield from check(step, draft)

    def prepare(self, step: StepSpec, now: datetime) -> Iterator[Problem]:
        signing.ensure(now)
        yield from super().prepare(step, now)
