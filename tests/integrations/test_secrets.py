"""Secrets leave the database sealed, whoever dumps it, and come back whole with the same keys only."""

import json
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.serializers.base import DeserializationError

from integrations.models import Connection, ConnectionSecret
from tests.cast import TOKEN

pytestmark = pytest.mark.django_db
SECRETS = "integrations.connectionsecret"


def dumped(*what: str) -> str:
    out = StringIO()
    call_command("dumpdata", *what, stdout=out)
    return out.getvalue()


def loaded(text: str, folder) -> None:
    path = folder / "dump.json"
    path.write_text(text)
    call_command("loaddata", path, verbosity=0)


def test_a_dump_holds_the_token_sealed_and_loads_again(connection, tmp_path):
    text = dumped("integrations.connection", SECRETS)
    assert TOKEN not in text
    Connection.objects.all().delete()
    loaded(text, tmp_path)
    assert ConnectionSecret.objects.get().token == TOKEN


def test_with_another_key_the_dump_is_refused_and_nothing_is_changed(connection, tmp_path):
    [row] = json.loads(dumped(SECRETS))
    row["fields"]["token"] = "sealed:" + Fernet(Fernet.generate_key()).encrypt(b"OTHER").decode()
    with pytest.raises(DeserializationError):
        loaded(json.dumps([row]), tmp_path)
    assert ConnectionSecret.objects.get().token == TOKEN
