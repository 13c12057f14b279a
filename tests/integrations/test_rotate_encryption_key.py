"""Rotating the encryption key: every secret is readable with the new key alone, and none is lost on the way."""

from io import StringIO

import pytest
from cryptography.fernet import InvalidToken
from django.core.management import CommandError, call_command

from integrations.models import ConnectionSecret
from tests.cast import TOKEN

pytestmark = pytest.mark.django_db
OLD, NEW = "o" * 40, "n" * 40


@pytest.fixture
def keys(settings):
    """Sets FERNET_KEYS as a restart would: the field remembers those it has used."""
    field = ConnectionSecret._meta.get_field("token")

    def restart_with(*names: str) -> None:
        settings.FERNET_KEYS = list(names)
        for name in ("keys", "fernet_keys", "fernet"):
            field.__dict__.pop(name, None)

    restart_with(OLD)
    yield restart_with
    for name in ("keys", "fernet_keys", "fernet"):
        field.__dict__.pop(name, None)


def rotate() -> str:
    out = StringIO()
    call_command("rotate_encryption_key", stdout=out)
    return out.getvalue()


def test_after_rotating_the_new_key_is_enough(keys, connection):
    last4 = ConnectionSecret.objects.get().last4
    keys(NEW, OLD)
    assert rotate() == "1 encrypted with the first key.\n"
    keys(NEW)
    secret = ConnectionSecret.objects.get()
    assert (secret.token, secret.last4) == (TOKEN, last4)
    keys(OLD)
    with pytest.raises(InvalidToken):
        ConnectionSecret.objects.get()


def test_rotating_twice_does_no_harm(keys, connection):
    keys(NEW, OLD)
    rotate(), rotate()
    assert ConnectionSecret.objects.get().token == TOKEN


def test_without_the_old_key_nothing_is_changed_and_it_is_told(keys, connection):
    keys(NEW)
    with pytest.raises(CommandError, match=r"Not rotated: integrations.ConnectionSecret \d+"):
        rotate()
    keys(OLD)
    assert ConnectionSecret.objects.get().token == TOKEN


def test_without_secrets_there_is_nothing_to_do(keys, db):
    assert rotate() == "0 encrypted with the first key.\n"
