"""The launch checks of a Webhook step. None of them calls anybody."""

import re
from collections.abc import Iterator
from json import JSONDecodeError
from urllib.parse import urlsplit

from django.conf import settings

from audiences.values import DEEPEST_JSON
from canvas.document import Draft, StepSpec
from canvas.problems import Problem

from .. import filling
from . import address, body, request

SECRET = re.compile(r"^(authorization|cookie|proxy-authorization)$|key|token|secret", re.IGNORECASE)


def has_address(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    url = step.settings.get("url", "")
    if not url.strip():
        yield Problem("canvas.E004", "The request has no address.", "Write where it goes.", step.key, "url")
    elif why := fault_of(url):
        yield Problem("webhook.E002", why, "Write it like https://hooks.example.com/people.", step.key, "url")
    elif urlsplit(url).scheme == "http":
        hint = "Use https:// if the address can be reached by it."
        message = "The request goes over a network unencrypted, with what it says of people."
        yield Problem("webhook.W001", message, hint, step.key, "url")


def fault_of(url: str) -> str:
    """Why nothing can be sent there; "" where nothing is known against it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "The address can't be read."
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or url != url.strip():
        return "The address doesn't begin with https:// and a host."
    if "{" in parts.netloc or "}" in parts.netloc:
        return "The host of the address is filled in: it has to be the same for everybody."
    if parts.username is not None or parts.password is not None:
        return "There is a name or a password in the address."
    return private(parts.hostname)


def private(host: str) -> str:
    """What can be said without asking for the name."""
    named = host == "localhost" or host.endswith(".localhost")
    literal = address.literal(host)
    is_private = named or literal != "" and not address.is_public(literal)
    allowed = host.lower() in settings.WEBHOOK_PRIVATE_HOSTS
    return "The address lies in a private network." if is_private and not allowed else ""


def can_be_filled_in(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    if "url" in step.settings and fault_of(step.settings["url"]):
        return
    known = filling.known_names(draft.library.custom)
    for name, texts in request.texts(step.settings).items():
        for fault in dict.fromkeys(fault for text in texts for fault in filling.faults(text, known)):
            hint = "Choose one of the names that stand under the body, or take it out."
            yield Problem("webhook.E001", fault, hint, step.key, name)


def body_is_json(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    if not body.is_json(step.settings):
        return
    try:
        body.read_json(step.settings["body"])
    except body.TooDeep:
        message = f"The body is nested too deep; {DEEPEST_JSON} levels at most."
        yield Problem("webhook.E003", message, "Take levels out.", step.key, "body")
    except ValueError as error:
        place = f"line {error.lineno}, column {error.colno}" if isinstance(error, JSONDecodeError) else "somewhere"
        begins = body.begins_like_json(step.settings["body"])
        why = "begins like JSON" if begins else "is called JSON by its Content-Type"
        hint = 'Names to be filled in stand within quotes: {"name": "{{ first_name }}"}.'
        yield Problem("webhook.E003", f"The body {why} and is none ({place}).", hint, step.key, "body")


def headers_can_be_sent(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    for name in step.settings.get("headers", {}):
        if name.lower() in request.RESERVED:
            yield Problem("webhook.E004", f"The header {name} is ours to set.", "Take it out.", step.key, "headers")
        elif SECRET.search(name):
            message = f"Everybody who may see this Canvas can read the header {name}."
            hint = "Let the receiver check our signature instead: see docs/webhooks.md."
            yield Problem("webhook.W002", message, hint, step.key, "headers")


CHECKS = [has_address, can_be_filled_in, body_is_json, headers_can_be_sent]
