"""The audit log: narrowed down, as a file, for admins only, and never changed."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

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
        ("", {"Win back", "facebook", "=HYPERLINK(1)"}), ("kind=token.", {"facebook"}), ("target=win", {"Win back"}),
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
