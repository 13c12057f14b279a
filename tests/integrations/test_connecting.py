"""Connecting: a token is verified before it is kept, what stood before stays, and the token shows up nowhere."""

import logging
import sys
import time
import traceback
from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db import transaction
from django.db.models import F

from canvas import launch as launching
from canvas.document import Draft, read
from config.team.models import AuditEvent, User
from integrations import at_once, checking, connecting
from integrations.errors import PartnerError, TokenRejected, Unavailable
from integrations.facebook.graph import Graph
from integrations.models import AdAccount, Connection, ConnectionSecret
from tests.cast import OTHER_TOKEN, TOKEN, connect, document, facebook_step, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def command(monkeypatch):
    """`connect_facebook` with this on standard input; what it printed."""

    def run(given: str) -> str:
        printed = StringIO()
        monkeypatch.setattr(sys, "stdin", StringIO(given))
        call_command("connect_facebook", stdout=printed)
        return printed.getvalue()

    return run


def standing() -> tuple:
    """Everything that is kept of the connection."""
    tables = Connection, ConnectionSecret, AdAccount, AuditEvent
    return tuple(list(model.objects.order_by("pk").values()) for model in tables)


def raw_secret() -> bytes:
    with database.cursor() as cursor:
        cursor.execute("SELECT token FROM integrations_connectionsecret")
        return bytes(cursor.fetchone()[0])


def spoil_secret() -> None:
    """As when FERNET_KEYS no longer holds the key that encrypted it."""
    sealed = Fernet(Fernet.generate_key()).encrypt(TOKEN.encode())
    with database.cursor() as cursor:
        cursor.execute("UPDATE integrations_connectionsecret SET token = %s", [database.Database.Binary(sealed)])


def test_a_token_from_standard_input_connects(sandbox, command):
    printed = command(f"  {TOKEN}\n")
    assert "ends in OKEN" in printed and "act_1001 Northwind Store" in printed
    assert TOKEN not in printed
    kept = Connection.objects.get()
    assert kept.facts["valid"] and kept.reachable and connecting.token_of(kept) == TOKEN
    assert AdAccount.objects.filter(accessible=True).count() == 4


def test_a_token_that_lacks_ads_management_is_kept_with_a_warning(sandbox, command):
    sandbox.add_token(TOKEN, scopes=["ads_read"])
    assert "lacks ads_management" in command(TOKEN)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "No token was given"),
        (" \n", "No token was given"),
        ("SANDBOX-SYSTEM USER-TOKEN", "blanks or odd characters"),
        ("SANDBOX-SYSTEM\tUSER-TOKEN", "blanks or odd characters"),
        ("SANDBOX-SYSTÉM-USER-TOKEN", "blanks or odd characters"),
        ("tiny", "too short or too long"),
        ("x" * 1001, "too short or too long"),
        ("NOBODY-KNOWS-THIS-TOKEN", "Nothing was changed. The system user token is not accepted"),
    ],
)
def test_what_is_no_token_is_refused_and_what_stood_before_stays(connection, command, given, sentence):
    before = standing()
    with pytest.raises(CommandError, match=sentence) as refusal:
        command(given)
    assert standing() == before
    assert not given.strip() or given.strip() not in str(refusal.value)


@pytest.mark.parametrize(("subcode", "sentence"), [(467, "revoked"), (463, "expired"), (None, "190")])
def test_a_revoked_token_is_refused_with_the_reason_and_what_stood_before_stays(
    connection, sandbox, command, subcode, sentence
):
    before = standing()
    sandbox.revoke(OTHER_TOKEN, subcode)
    with pytest.raises(CommandError, match=sentence):
        command(OTHER_TOKEN)
    assert standing() == before


def test_an_expired_token_is_refused(sandbox, command):
    sandbox.add_token(TOKEN, expires_at=int(time.time()) - 60)
    with pytest.raises(CommandError, match="it has expired"):
        command(TOKEN)
    assert not Connection.objects.exists()


@pytest.mark.parametrize("path", ["debug_token", "me/adaccounts"])
@pytest.mark.parametrize("fault", ["drop_before", "http_500_html", "html_200", "code_2", "truncated_json"])
def test_while_facebook_is_out_of_reach_nothing_is_changed(connection, sandbox, command, fault, path):
    before = standing()
    sandbox.fault(fault, path_regex=path, times=None)
    with pytest.raises(CommandError, match="Nothing was changed. Facebook could not be reached"):
        command(OTHER_TOKEN)
    assert standing() == before


def test_a_replaced_token_is_told_in_the_audit_log_by_its_end_only(connection, now):
    jane = User.objects.create_user("jane@example.com")
    connecting.connect("facebook", OTHER_TOKEN, now, jane, "dashboard")
    lines = AuditEvent.objects.order_by("pk").values_list("action", "target", "actor", "via", "details")
    assert list(lines) == [
        ("token.set", "facebook", None, "command line", {"last4": "OKEN"}),
        ("token.replaced", "facebook", jane.pk, "dashboard", {"last4": "-TWO"}),
    ]
    assert ConnectionSecret.objects.get().set_by == jane


def test_an_account_that_is_not_seen_any_more_stays_and_is_not_accessible(connection, sandbox, now):
    sandbox.add_token(OTHER_TOKEN, accounts=["act_1001"])
    connect(OTHER_TOKEN, now)
    seen = AdAccount.objects.filter(accessible=True).values_list("account_id", flat=True)
    assert list(seen) == ["act_1001"] and AdAccount.objects.count() == 4


def test_the_token_is_encrypted_in_its_column(connection):
    assert TOKEN.encode() not in raw_secret()
    assert ConnectionSecret.objects.get().token == TOKEN
    assert ConnectionSecret.objects.get().fingerprint != TOKEN


def test_a_token_cannot_be_destroyed_by_an_expression(connection):
    secret, before = ConnectionSecret.objects.get(), raw_secret()
    with pytest.raises(FieldError, match="token is encrypted"), transaction.atomic():
        ConnectionSecret.objects.update(token=F("last4"))
    with pytest.raises(FieldError, match="token is encrypted"), transaction.atomic():
        ConnectionSecret.objects.bulk_update([secret], ["token"])
    assert raw_secret() == before


def test_the_token_is_in_no_log_whatever_the_level(sandbox, now, caplog, monkeypatch):
    for name in (None, "urllib3", "urllib3.connectionpool", "urllib3.util.retry", "requests", "django"):
        caplog.set_level(logging.DEBUG, logger=name)
    sandbox.fault("field_refused", field="business")
    connection = connect(TOKEN, now)
    checking.refresh(connection, {"act_1001"}, now)
    sandbox.fault("drop_before", times=None)
    checking.refresh(connection, {"act_1001"}, now)
    told = [record.getMessage() + str(record.args) + str(record.exc_text) for record in caplog.records]
    assert any("debug_token?input_token=..." in line for line in told)
    assert not [line for line in told if TOKEN in line]


@pytest.mark.parametrize("fault", ["drop_before", "http_500_html", "code_2", None])
def test_the_token_is_in_no_error(sandbox, now, fault):
    if fault:
        sandbox.fault(fault, times=None)
    else:
        sandbox.revoke(TOKEN)
    with pytest.raises(PartnerError) as refusal:
        connect(TOKEN, now)
    error, told = refusal.value, []
    while error:
        told += [repr(error), str(vars(error)), *traceback.format_exception(error)]
        error = error.__cause__ or error.__context__
    assert not [line for line in told if TOKEN in line]
    assert TOKEN not in repr(Graph(TOKEN))


def test_the_token_is_in_no_table_but_its_own_and_there_encrypted(connection):
    assert TOKEN not in str(standing()[0]) + str(standing()[2]) + str(standing()[3])


def test_a_secret_that_no_key_opens_is_a_state_that_says_what_to_do(connection, now):
    people(1)
    spoil_secret()
    with pytest.raises(TokenRejected, match="FERNET_KEYS"):
        connecting.token_of(connection)
    source = read(document(facebook_step()))
    launching.refresh(source, now)
    (found,) = launching.problems(Draft(source, now))
    assert found.id == "facebook.E002" and "FERNET_KEYS" in found.message
    assert Connection.objects.get().last4 == "OKEN"


def test_a_secret_that_no_key_opens_can_be_entered_again(connection, command):
    spoil_secret()
    assert "ends in OKEN" in command(TOKEN)
    assert connecting.token_of(Connection.objects.get()) == TOKEN


def test_a_connection_without_a_token_says_so(connection):
    ConnectionSecret.objects.all().delete()
    with pytest.raises(TokenRejected, match="No token is connected"):
        connecting.token_of(connection)


def test_reads_that_are_late_are_given_up_together(monkeypatch):
    began = time.monotonic()
    late = at_once.together(began + 0.2, *(lambda: time.sleep(5) for _ in range(20)))
    assert time.monotonic() - began < 4
    for read_late in late:
        with pytest.raises(Unavailable, match="too long"):
            at_once.result(read_late)
