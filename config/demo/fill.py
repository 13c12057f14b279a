"""Filling a new database with the demo brand: all of it or nothing, and never against Meta."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from django.conf import settings
from django.db import transaction

from audiences.models import Profile
from canvas import launch
from canvas.models import Canvas
from integrations import checking
from integrations.errors import PartnerError
from integrations.facebook.graph import is_sandbox
from integrations.models import Connection

from . import brand, sandbox_control, shop, sign_ins
from .history import Story

SMALLEST = 50
CURE = (
    "Run `manage.py demo --serve`, which brings a sandbox of its own, or start `manage.py graph_sandbox` and set "
    "FACEBOOK_GRAPH_URL=http://127.0.0.1:8099."
)


class NotFilled(Exception):
    """The demo was not set up; the message says why and what to do."""


def is_new() -> bool:
    """Whether the database is empty and may be filled; NotFilled when what is in it is not the demo's."""
    if sign_ins.exist():
        return False
    if any(model.objects.exists() for model in (Profile, Canvas, Connection)):
        raise NotFilled("This database is in use, and not by the demo. Point DATABASE_URL at a new one.")
    return True


def refuse_unless_sandbox() -> None:
    """Asks who answers at FACEBOOK_GRAPH_URL: an address on this machine may still lead elsewhere."""
    if not is_sandbox():
        raise NotFilled(f"FACEBOOK_GRAPH_URL is {settings.FACEBOOK_GRAPH_URL}, which is no local sandbox. {CURE}")
    try:
        sandbox_control.control("GET", "state")
    except sandbox_control.NoSandbox as error:
        raise NotFilled(f"No sandbox answers ({error}). {CURE}") from None


def fill(count: int, now: datetime) -> None:
    """`now` is when the history ends. NotFilled: nothing was changed."""
    if count < SMALLEST:
        raise NotFilled(f"{count} people are too few to show anything; ask for {SMALLEST} or more.")
    refuse_unless_sandbox()
    try:
        with transaction.atomic(), expected_trouble():
            admin = sign_ins.make(now)
            Story(now, count, admin).play()
            shop.open_for(now)
            look_again(now)
    except (launch.NotLaunched, PartnerError, sandbox_control.NoSandbox) as error:
        raise NotFilled(f"The sandbox did not play along, so nothing was kept: {error}") from error
    finally:
        with suppress(sandbox_control.NoSandbox):
            sandbox_control.clear_faults()


@contextmanager
def expected_trouble() -> Iterator[None]:
    """The history has faults in it; that batches fail is no news to whoever reads the log."""
    log = logging.getLogger("integrations")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def look_again(now: datetime) -> None:
    """The connection was checked a moment ago, as it would be in a running installation."""
    connection = Connection.objects.get(partner="facebook")
    checking.refresh(connection, set(brand.AD_ACCOUNTS), now)
