"""Admins make a key, see it this once, see when it was used, and revoke it after a question."""

import re

import pytest
from django.test import Client

from config.team.key_form import MAY
from config.team.models import ApiKey, AuditEvent
from tests.api.caller import Caller
from tests.cast import user

pytestmark = pytest.mark.django_db
KEY = re.compile(r"[0-9a-f]{8}\.[A-Za-z0-9_-]{43}")


@pytest.fixture
def admin(db) -> Client:
    client = Client()
    client.force_login(user("Admin"))
    return client


def test_a_key_is_shown_once_works_and_tells_when_it_was_used(admin):
    made = admin.post("/settings/keys/new/", {"name": "Shop", "scopes": ["segments", "analytics"]})
    [text] = set(KEY.findall(made.content.decode()))
    assert made.headers["Cache-Control"] == "private, no-store"
    assert ApiKey.find(text).scopes == ["segments", "analytics"]
    page = admin.get("/settings/keys/").content.decode()
    assert "Shop" in page and "never" in page and text not in page and ApiKey.objects.get().digest not in page
    called = Client().get("/api/v1/segments", headers={"Authorization": f"Bearer {text}"})
    assert called.status_code == 200
    assert "never" not in admin.get("/settings/keys/").content.decode()
    event = AuditEvent.objects.get()
    assert (event.action, event.actor, event.via) == ("api_key.created", user("Admin"), "dashboard")
    assert text.partition(".")[2] not in str(AuditEvent.objects.values())


def test_what_is_missing_is_told_beside_its_field(admin):
    page = admin.post("/settings/keys/new/", {"name": " ", "scopes": ["everything"]}).content.decode()
    assert "Give the key a name" in page and "everything is not one of the available choices" in page
    assert "Choose what the program may do." in admin.post("/settings/keys/new/", {"name": "Shop"}).content.decode()
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked_after_a_question(admin):
    shop = Caller("segments")
    path = f"/settings/keys/{shop.key.pk}/revoke/"
    assert "never used" in admin.get(path).content.decode() and shop.get("/segments").status_code == 200
    assert admin.post(path).headers["Location"] == "/settings/keys/"
    assert shop.get("/segments").status_code == 401
    assert "It works no longer" in admin.get("/settings/keys/").content.decode()
    for again in (admin.post, admin.get):
        assert again(path).headers["Location"] == "/settings/keys/"
    assert [event.action for event in AuditEvent.objects.all()] == ["api_key.revoked"]


def test_every_scope_is_told_in_words():
    assert MAY.keys() == set(ApiKey.SCOPES)
