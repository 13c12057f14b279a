"""The launch checks of a Message step. What concerns all of them is told once a Canvas, at its first one."""

from collections.abc import Iterator
from email.utils import parseaddr

from django.conf import settings

from canvas.document import Draft, StepSpec
from canvas.problems import Problem
from config.team import letters

from .. import filling
from . import letter

WORDS = {"subject": "subject", "body": "text"}


def has_texts(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    for name, word in WORDS.items():
        if not step.settings.get(name, "").strip():
            yield Problem("canvas.E004", f"The message has no {word}.", f"Write the {word}.", step.key, name)


def can_be_filled_in(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    known = [*filling.known_names(draft.library.custom), letter.LINK]
    for name in WORDS:
        for fault in filling.faults(step.settings.get(name, ""), known):
            hint = "Choose one of the names that stand under the text, or take it out."
            yield Problem("message.E001", fault, hint, step.key, name)


def can_be_sent(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    if not is_first(step, draft):
        return
    if not settings.PUBLIC_URL:
        hint = "Whoever runs this installation sets PUBLIC_URL to the address by which it is reached."
        yield Problem("message.E002", "The link to unsubscribe would lead nowhere.", hint, step.key)
    if not letters.can_be_sent():
        hint = "Whoever runs this installation sets EMAIL_URL."
        yield Problem("message.E003", "No mail server is set.", hint, step.key)
    elif parseaddr(settings.DEFAULT_FROM_EMAIL)[1].endswith("@localhost"):
        message = f"The sender is {settings.DEFAULT_FROM_EMAIL}: most mailboxes refuse it."
        hint = "Whoever runs this installation sets DEFAULT_FROM_EMAIL."
        yield Problem("message.W002", message, hint, step.key)


def reaches_somebody(step: StepSpec, draft: Draft) -> Iterator[Problem]:
    if draft.people is None or not draft.has_people or not is_first(step, draft):
        return
    if not draft.people.exclude(email="").exists():
        hint = "Import their e-mails, or choose other people."
        yield Problem("message.W001", "Nobody in the target audience has an e-mail.", hint, step.key)


def is_first(step: StepSpec, draft: Draft) -> bool:
    return step.key == next(one.key for one in draft.document.steps if one.type.type == step.type.type)


CHECKS = [has_texts, can_be_filled_in, can_be_sent, reaches_somebody]
