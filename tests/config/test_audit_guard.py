"""The database itself refuses to change the audit log, whoever asks, and however; adding goes on."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from config.team import audit_guard
from config.team.models import AuditEvent, User, record
from tests.cast import user
from tests.guard import lift

pytestmark = pytest.mark.django_db
KEYS = "(id, at, actor_id, via, action, target, details)"
AGAIN = "SELECT id, at, actor_id, via, 'forged', target, details FROM team_auditevent"
SAME_ROW = f"INSERT INTO team_auditevent {KEYS} {AGAIN} WHERE true ON CONFLICT (id) DO UPDATE SET action = 'forged'"
ATTACKS = {
    "update": "UPDATE team_auditevent SET action = 'forged'",
    "one line": "UPDATE team_auditevent SET actor_id = NULL WHERE id = (SELECT min(id) FROM team_auditevent)",
    "delete": "DELETE FROM team_auditevent",
    "upsert": SAME_ROW,
}
ON = {
    "sqlite": {
        "replace": f"REPLACE INTO team_auditevent {KEYS} {AGAIN}",
        "or replace": "UPDATE OR REPLACE team_auditevent SET id = id + 1",
    },
    "postgresql": {
        "truncate": "TRUNCATE team_auditevent",
        "cascade": "TRUNCATE team_user CASCADE",
        "as a replica": "SET LOCAL session_replication_role = replica; DELETE FROM team_auditevent",
    },
}  # fmt: skip


@pytest.fixture
def log(db) -> list[tuple]:
    record("token.set", "facebook", actor=user("Admin"), last4="9fQ2")
    record("canvas.launched", "Win back", actor=user("Marketer"))
    connection.check_constraints()  # Those that wait for the end of the transaction would hold a table fast.
    return lines()


def run(attack: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute((ATTACKS | ON[connection.vendor])[attack])


def lines() -> list[tuple]:
    return list(AuditEvent.objects.order_by("pk").values_list())


@pytest.mark.parametrize("attack", [*ATTACKS, *ON[connection.vendor]])
def test_raw_sql_is_refused(log, attack):
    with (
        pytest.raises(IntegrityError, match=r"only ever added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute((ATTACKS | ON[connection.vendor])[attack])
    assert lines() == log


@pytest.mark.parametrize("attack", [*ATTACKS, *ON[connection.vendor]])
def test_without_the_guard_each_of_them_would_do_harm(log, attack):
    lift()
    run(attack)
    assert lines() != log


def test_the_way_around_the_model_is_closed_too(log):
    plain = AuditEvent._base_manager.all()
    for change in (plain.delete, lambda: plain.update(action="forged"), lambda: plain._raw_delete("default")):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert lines() == log


def test_adding_goes_on_and_whoever_did_something_can_not_be_deleted(log):
    record("canvas.stopped", "Win back")
    assert lines()[:-1] == log
    with pytest.raises(models.ProtectedError):
        User.objects.get(email="marketer@example.com").delete()


def test_a_migrate_puts_it_back(log):
    lift()
    assert not audit_guard.stands(connection)
    call_command("migrate", verbosity=0)
    assert audit_guard.stands(connection)
