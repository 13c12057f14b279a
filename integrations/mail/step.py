"""The Message step: each person who comes here gets one e-mail, and goes on at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from canvas.document import Draft, StepSpec
from canvas.problems import Problem
from canvas.steps.base import Fact, Setting

from ..outgoing_step import OutgoingStep
from . import checks
from .form import MessageForm

EMAIL = "email"
LONGEST = {"subject": 200, "body": 50_000}


def read_channel(value: Any) -> str:
    if value != EMAIL:
        raise ValueError("The one channel there is: email.")
    return value


def read_subject(value: Any) -> str:
    return read_text(value, LONGEST["subject"])


def read_body(value: Any) -> str:
    return read_text(value, LONGEST["body"])


def read_text(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise ValueError(f"Write a text of at most {longest:,} characters.")
    return value


class MessageStep(OutgoingStep):
    type = "message"
    channel = "mail"
    label = "Message"
    icon = "mail"
    does = "Writes an e-mail to everybody who comes through; they go on at once."
    edit_label = "Compose"
    height = 176
    form_class = MessageForm
    template = "steps/message.html"
    beside = "steps/message_preview.html"
    statuses = ("sent", "pending", "no_email", "unsubscribed", "failed", "withdrawn")
    example = {"channel": EMAIL, "subject": "Come back", "body": 'Hello {{ first_name|default:"there" }}'}
    settings = {
        "channel": Setting("Channel", read_channel),
        "subject": Setting("Subject", read_subject),
        "body": Setting("Text", read_body),
    }

    def summary(self, settings: Mapping) -> str:
        return settings.get("subject", "")

    def fill_in(self, settings: Mapping, draft: Draft) -> Mapping:
        return {"channel": EMAIL, **settings}

    def facts(self, step: StepSpec, draft: Draft) -> Sequence[Fact]:
        subject, body = (" ".join(step.settings.get(name, "").split()) for name in LONGEST)
        sender = settings.DEFAULT_FROM_EMAIL
        return (
            Fact("From", sender),
            Fact("Subject", subject or "No subject yet", not subject),
            Fact("Text", body or "No text yet", not body),
        )

    def reach(self, steps: Sequence[StepSpec], people: QuerySet) -> Sequence[tuple[str, int]]:
        return [("with an e-mail, for Message steps", people.exclude(email="").count())] if steps else []

    def problems(self, step: StepSpec, draft: Draft) -> Iterator[Problem]:
        for check in checks.CHECKS:
            yield from check(step, draft)
