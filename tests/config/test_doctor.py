"""`doctor` is right about what is well, and names the cure of what is not."""

import secrets
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from audiences import erasure
from canvas.models import Canvas
from config import beats, schedules
from config.team import two_step
from integrations.models import ConnectionSecret, Removal
from integrations.webhook import signing
from tests.cast import TOKEN, facebook_step, launch, people, tick, user
from tests.guard import lift

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_worker(sandbox, settings, monkeypatch):
    """Set up, with a worker that has just answered the pulse; its beat is this test's alone."""
    monkeypatch.setattr(beats, "ANSWER", f"beat-{secrets.token_hex(8)}")
    settings.Q_CLUSTER = {name: value for name, value in settings.Q_CLUSTER.items() if name != "redis"}
    call_command("setup", stdout=StringIO())
    schedules.pulse()
    yield
    cache.delete(beats.ANSWER)


def examined() -> tuple[str, bool]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


def test_all_is_well(connection):
    told, well = examined()
    assert well, told
    assert "ok    facebook: can be reached and accepts the token" in told
    assert told.count("\n") == 11 and TOKEN not in told


def test_no_token_yet_is_no_fault():
    told, well = examined()
    assert well and "can be reached; no token is connected yet" in told


def test_a_revoked_token_is_told_with_its_cure(connection, sandbox):
    sandbox.revoke(TOKEN)
    told, well = examined()
    assert not well
    assert "WRONG facebook: the token is not accepted. Facebook says that it was revoked. Replace it" in told


def test_a_partner_out_of_reach_is_told(connection, settings):
    settings.FACEBOOK_GRAPH_URL = "http://127.0.0.1:9"
    told, well = examined()
    assert not well and "WRONG facebook" in told and "over HTTPS" in told


@pytest.mark.parametrize("minutes", [None, 3])
def test_a_worker_that_is_silent_is_told(minutes):
    cache.delete(beats.ANSWER)
    if minutes:
        cache.set(beats.ANSWER, timezone.now() - timedelta(minutes=minutes))
    told, well = examined()
    assert not well and "WRONG worker: none has" in told and "manage.py worker" in told


def test_a_canvas_that_goes_on_failing_is_told(now):
    broken = Canvas.objects.create(name="Win back", document={}, status="active", failures=2, failing_since=now)
    assert "ok    Canvases: none of them fails" in examined()[0]
    Canvas.objects.filter(pk=broken.pk).update(failures=3)
    told, well = examined()
    assert not well and "WRONG Canvases: “Win back” has not moved since 2026-11-24 12:00 UTC." in told


def test_a_secret_that_no_key_opens_is_told_and_the_rest_goes_on(connection):
    spoil()
    told, well = examined()
    assert not well and "WRONG encryption keys: the token of facebook" in told
    assert "no token is connected yet" in told


def spoil() -> None:
    with database.cursor() as cursor:
        cursor.execute("UPDATE integrations_connectionsecret SET token = %s", [b"gAAAAABspoilt"])
    assert ConnectionSecret.objects.exists()


CLEAR = "JBSWY3DPEHPK3PXP"
BAD_SECRETS = {
    "can't be decrypted, of user {}: no code fits": lambda: Fernet(Fernet.generate_key()).encrypt(b"x").decode(),
    "are not encrypted, of user {}. Switch the second step off on People": lambda: CLEAR,
}


@pytest.mark.parametrize("words", BAD_SECRETS)
@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_a_second_step_that_is_lost_or_in_clear_is_told(kind, words):
    viewer = user("Viewer")
    TOTP.activate(viewer, CLEAR)
    RecoveryCodes.activate(viewer)
    assert "every stored secret can be read" in examined()[0]
    one = Authenticator.objects.get(type=kind)
    one.data |= {name: BAD_SECRETS[words]() for name in two_step.SECRETS if name in one.data}
    one.save()
    told, well = examined()
    assert not well and f"WRONG encryption keys: second steps at sign-in {words.format(viewer.pk)}" in told
    assert CLEAR not in told


def test_a_key_of_webhooks_that_is_lost_is_told(now):
    signing.ensure(now)
    assert "every stored secret can be read" in examined()[0]
    with database.cursor() as cursor:
        cursor.execute("UPDATE webhook_signingkey SET key = %s", [b"gAAAAABspoilt"])
    told, well = examined()
    assert not well and "WRONG encryption keys: signing keys can't be decrypted." in told


def test_a_missing_migration_ends_it():
    MigrationRecorder.Migration.objects.filter(app="integrations").delete()
    told, well = examined()
    assert not well and "WRONG migrations" in told and "manage.py setup" in told
    assert told.count("\n") == 3


def test_a_missing_sweep_and_debug_are_told(settings):
    from django_q.models import Schedule

    Schedule.objects.all().delete()
    told, well = examined()
    assert not well and "WRONG broker: the sweep" in told
    settings.DEBUG = True
    assert "WRONG settings: DEBUG is on" in examined()[0]


def test_a_guard_of_the_audit_log_that_was_taken_away_is_told():
    lift()
    told, well = examined()
    assert not well and "WRONG audit log: the database would let it be changed" in told
    call_command("setup", stdout=StringIO())
    assert "ok    audit log: the database refuses" in examined()[0]


def test_removals_that_wait_for_long_are_told_and_small_audiences_are_no_fault(connection, now):
    people(2)
    launch(facebook_step(), at=now)
    tick(now)
    erasure.erase(["p1"], now)
    long_ago = timezone.now() - timedelta(days=2)
    Removal.objects.update(created_at=long_ago)
    told, well = examined()
    assert not well and "WRONG removals: 1 have waited for a day and more" in told
    Removal.objects.update(small_since=long_ago)
    told, well = examined()
    assert well, told
    assert "1 wait, 1 of them for an audience that is too small" in told
