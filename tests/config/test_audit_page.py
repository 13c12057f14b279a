"""The audit log: narrowed down, as a file, for admins only, and never changed."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.test import Client

from config.team import deeds
from config.team.models import AuditEvent, record
from tests.cast import user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(db) -> Client:
    client = Client()
    client.force_login(user("Admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    record("canvas.launched", "Win back", actor=user("Marketer"), via="dashboard", version=1)
    record("token.set", "facebook", actor=user("Admin"), via="dashboard", last4="9fQ2")
    record("segment.created", "=HYPERLINK(1)", via="command line")
    return client


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("", {"Win back", "facebook", "=HYPERLINK(1)"}), ("kind=token.", {"facebook"}),
        ("kind=canvas.launched", {"Win back"}), ("kind=canvas.stopped", set()), ("target=win", {"Win back"}),
        ("who=MARKETER@example.com", {"Win back"}), ("since=2999-01-01", set()), ("until=2000-01-01", set()),
        ("since=2000-01-01&until=2999-01-01", {"Win back", "facebook", "=HYPERLINK(1)"}),
    ],
)  # fmt: skip
def test_it_is_narrowed_down(admin, asked, shown):
    page = admin.get(f"/settings/audit/?{asked}")
    assert {event.target for event in page.context["page"]} == shown
    told = b"".join(admin.get(f"/settings/audit.csv?{asked}")).decode()
    assert told.count("\r\n") == 1 + len(shown)


def test_what_can_not_be_read_is_told(admin):
    assert "Enter a valid date" in admin.get("/settings/audit/?since=soon").content.decode()


def test_the_file_holds_no_formula(admin):
    told = b"".join(admin.get("/settings/audit.csv")).decode()
    assert ",'=HYPERLINK(1)," in told and "marketer@example.com" in told and '""version"": 1' in told


def test_nothing_of_it_is_changed(admin):
    event = AuditEvent.objects.first()
    log = AuditEvent.objects
    for change in (event.save, event.delete, log.all().delete, lambda: log.update(action="x")):
        with pytest.raises(ValidationError):
            event.at += timedelta(days=1)
            change()
    assert AuditEvent.objects.count() == 3


def test_it_speaks_plain_words_and_the_file_has_the_raw_names(admin):
    record("people.erased", "2 people", via="an API key", receipts=["E-1", "E-2"])
    record("canvas.turned_over", "Win back", via="a plug-in", by_hand=True)
    page = admin.get("/settings/audit/").content.decode()
    for told in (
        "Launched a Canvas",
        "Connected with a token",
        "receipts: E-1, E-2",
        "canvas: turned over",
        "by hand: yes",
    ):
        assert told in page, told
    assert "canvas.launched</" not in page
    assert ",canvas.launched," in b"".join(admin.get("/settings/audit.csv")).decode()


def test_everything_that_the_code_records_has_its_words():
    assert recorded() == set(deeds.WORDS)


def recorded() -> set[str]:
    """The names of actions in our code: texts that look like one and are no permission and no file's."""
    packages = ("audiences", "canvas", "config", "integrations")
    files = [path for package in packages for path in (settings.BASE_DIR / package).rglob("*.py")]
    read = [path for path in files if path.name not in ("deeds.py", "roles.py") and "migrations" not in path.parts]
    texts = {one for path in read for one in words_in(path)}
    return {one for one in texts if one.startswith(tuple(deeds.KINDS)) and not one.endswith(NO_ACTION)}


NO_ACTION = (".", ".urls", "_canvas", "_trigger", "_version", "_signingkey", ".kept")


def words_in(path: Path) -> Iterator[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = (str(one.value) for one in nodes if isinstance(one, ast.Constant))
    return (one for one in texts if re.fullmatch(r"[a-z_]+\.[a-z_]*", one))
