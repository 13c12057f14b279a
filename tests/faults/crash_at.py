"""`python -m tests.faults.crash_at POINT ...`: runs manage.py with what follows, and kills itself with SIGKILL at the
point. The points are named functions of the project; nothing in the project knows of this."""

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module

import django
from django.core.management import call_command

POINTS = {
    "after the claim": ("integrations.outbox", "claim", "after"),
    "before the POST": ("integrations.facebook.graph", "Graph.post", "before"),
    "after the POST": ("integrations.facebook.graph", "Graph.post", "after"),
    "inside settle": ("integrations.settling", "finish", "before"),
    "inside enter": ("canvas.entries", "form_cohort", "after"),
    "inside a split": ("canvas.parting", "Parting.resize", "before"),
    "between split and move": ("canvas.moves", "split", "after"),
    "inside a move": ("canvas.journal", "write", "after"),
    "inside the fold": ("canvas.journal", "sum_up", "after"),
}
LAUNCH_POINTS = {
    "before creating the audience": ("integrations.facebook.partner", "Facebook.create_audience", "before"),
    "after creating the audience": ("integrations.facebook.partner", "Facebook.create_audience", "after"),
    "before the doors open": ("canvas.launch", "activate", "before"),
    "while the doors open": ("canvas.launch", "record", "before"),
}
PUBLISH_POINTS = {
    "before creating the new audience": ("integrations.facebook.partner", "Facebook.create_audience", "before"),
    "after creating the new audience": ("integrations.facebook.partner", "Facebook.create_audience", "after"),
    "before it goes live": ("canvas.publishing", "replace", "before"),
    "while people are moved": ("canvas.journal", "write", "after"),
    "while it goes live": ("canvas.publishing", "record", "before"),
}
TROUBLE_POINTS = {
    "between failure and pause": ("integrations.settling", "put_back", "after"),
    "inside a probe": ("integrations.facebook.partner", "Facebook.probe", "before"),
    "between token and resuming": ("integrations.connecting", "keep", "after"),
}

IMPORT_POINTS = {
    "between two chunks": ("audiences.csv_import", "take", "after"),
    "inside a chunk": ("audiences.csv_import", "add", "before"),
}
MESSAGE_POINTS = {
    "after claiming a message": ("integrations.dispatch_claims", "claim", "after"),
    "before a message leaves": ("integrations.mail.sending", "Line.send", "before"),
    "after a message has left": ("integrations.mail.sending", "Line.send", "after"),
    "inside settling a message": ("integrations.dispatch_settling", "mine", "before"),
}
REQUEST_POINTS = {
    "after claiming requests": ("integrations.dispatch_claims", "claim", "after"),
    "before a request leaves": ("integrations.webhook.line", "call", "before"),
    "after a request was answered": ("integrations.webhook.line", "call", "after"),
    "inside settling a request": ("integrations.dispatch_settling", "mine", "before"),
}


EVERY_POINT = POINTS | LAUNCH_POINTS | PUBLISH_POINTS | TROUBLE_POINTS | IMPORT_POINTS | MESSAGE_POINTS | REQUEST_POINTS


def deadly(function: Callable, when: str) -> Callable:
    @wraps(function)
    def killed(*args, **kwargs):
        if when == "after":
            function(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return killed


def arm(point: str) -> None:
    module, name, when = EVERY_POINT[point]
    owner = import_module(module)
    *inside, name = name.split(".")
    for part in inside:
        owner = getattr(owner, part)
    setattr(owner, name, deadly(getattr(owner, name), when))


def main(point: str, *command: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    import_module("canvas.journal").LONG_TAIL = 1
    arm(point)
    call_command(*command)


if __name__ == "__main__":
    main(*sys.argv[1:])
