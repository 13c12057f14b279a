"""No token and nobody's data in logs, tracebacks, tasks, attempts, mails or error pages, whatever goes wrong."""

import logging
import secrets
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.db import OperationalError
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf
from django_q.models import Task
from django_q.tasks import async_task

from audiences import erasure
from audiences.models import Profile
from canvas.models import Canvas, EntryRun
from config.team.models import record
from integrations.models import Dispatch
from integrations.webhook import signing
from tests.cast import ACCOUNT, OTHER_TOKEN, TOKEN, draft, facebook_step, launch, message, people, tick, user, webhook
from tests.faults.model import cell
from tests.faults.test_state_machine import PASSING
from tests.faults.written import assert_nothing_private, logs, tables

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
JANE = {"email": "jane.doe@zanzibar.example", "phone": "+15005550006", "last_name": "Quillfeather"}
QUOTES = {"message": f"The row {JANE['email']} is odd", "code": 100}


def private() -> list[str]:
    return [*JANE.values(), *map(cell, JANE.values()), "15005550006", cell("15005550006"), cell("quillfeather")]


@pytest.fixture
def jane(connection):
    return people(1, **JANE)[0]


@pytest.fixture(autouse=True)
def own_queue(monkeypatch):
    """What a test puts there is read by no other."""
    monkeypatch.setattr(Conf, "CLUSTER_NAME", f"private-{secrets.token_hex(4)}")
    yield
    get_broker().delete_queue()


def leak_into_a_log(value: str) -> None:
    logging.getLogger("integrations.sync").debug("Sent %s", [value])


def leak_into_a_traceback(value: str) -> None:
    try:
        raise ValueError(value)
    except ValueError:
        logging.getLogger("canvas.engine").exception("It failed")


def leak_into_an_address(value: str) -> None:
    logging.getLogger("urllib3.connectionpool").debug("GET /?q=%s", quote(value, safe=""))


def keep_in_a_session(value: str) -> None:
    session = SessionStore()
    session["said"] = value
    session.save()


LEAKS = {
    "a log": leak_into_a_log,
    "a traceback": leak_into_a_traceback,
    "an address": leak_into_an_address,
    "a bell": lambda value: async_task(print, value),
    "a result": lambda value: Task.objects.create(
        id="1", name="1", func="f", result=[value], started=timezone.now(), stopped=timezone.now()
    ),
    "a session": keep_in_a_session,
    "the audit log": lambda value: record("sync.retried", "x", details=value),
    "a Canvas": lambda value: draft(facebook_step(), name=value),
}


@pytest.mark.parametrize("place", LEAKS)
@pytest.mark.parametrize("value", [TOKEN, JANE["email"], cell(JANE["email"])], ids=["token", "e-mail", "hash"])
def test_a_leak_would_be_found(db, place, value):
    with logs() as told:
        LEAKS[place](value)
    with pytest.raises(AssertionError):
        assert_nothing_private([*tables(), *told.getvalue().splitlines()], private())


def test_no_fault_at_facebook_writes_anybody_down(jane, sandbox, settings, now):
    """Every fault there is, one after the other; then she is erased. What waits says why: it is looked at meanwhile."""
    with logs() as told:
        launch(facebook_step(fields=list(JANE)), at=now, reentry={"allowed": True, "after": "PT1H"})
        for number, (kind, knobs) in enumerate([*PASSING.items(), ("error", QUOTES)], 1):
            sandbox.fault(kind, path_regex="", times=2, **knobs)
            moment = now + number * 2 * HOUR
            again(moment), tick(moment)
            assert_nothing_private(tables(), private())
            tick(moment + HOUR)
        trouble(sandbox, now + 100 * HOUR)
        erasure.erase([jane.external_id], now + 120 * HOUR)
        tick(now + 121 * HOUR)
    assert "was not sent" in told.getvalue()
    assert_nothing_private([*tables(), *told.getvalue().splitlines()], private())


def test_no_fault_of_a_mail_server_writes_anybody_down(sink, now):
    """It repeats the address in what it says, puts it off, refuses it, refuses the sender, and goes away."""
    people(1, **JANE)
    with logs() as told:
        launch(message(subject="Dear {{ last_name }}", body="{{ phone }}"), at=now, reentry={"allowed": True})
        for hour, fault in enumerate(({}, {"later": {JANE["email"]}}, {"refused": {JANE["email"]}}, {"down": True},
                                      {"sender_code": 553}), 1):  # fmt: skip
            sink.reset()
            vars(sink).update(fault)
            again(now + hour * HOUR), tick(now + hour * HOUR)
        erasure.erase([Profile.objects.get().external_id], now + 6 * HOUR)
        tick(now + 7 * HOUR)
    assert "was not sent" in told.getvalue() and Dispatch.objects.filter(state="sent").exists()
    assert_nothing_private([*tables(), *told.getvalue().splitlines()], private())


def test_no_fault_of_a_receiver_writes_anybody_down(hook, now):
    """It refuses, has trouble, asks us to wait, leads elsewhere, and names her where only it should."""
    people(1, **JANE)
    url = f"{hook.url}/{{{{ email }}}}?name={{{{ last_name }}}}"
    with logs() as told:
        step = webhook(url=url, headers={"X-Phone": "{{ phone }}"}, body='{"name": "{{ last_name }}"}')
        launch(step, at=now, reentry={"allowed": True})
        for hour, status in enumerate((404, 500, 429, 302), 1):
            hook.answers, hook.headers = [status], {"Location": f"/{JANE['email']}", "X-Said": JANE["phone"]}
            again(now + hour * HOUR), tick(now + hour * HOUR)
        key = signing.current()
        erasure.erase([Profile.objects.get().external_id], now + 6 * HOUR)
        tick(now + 7 * HOUR)
    assert "was not sent" in told.getvalue() and hook.got
    assert_nothing_private([*tables(), *told.getvalue().splitlines()], [*private(), key])


def again(at) -> None:
    """Everybody who may enters once more."""
    EntryRun.objects.create(canvas=Canvas.objects.get(), planned_at=at)


def trouble(sandbox, at) -> None:
    [audience] = sandbox.audiences()
    sandbox.clear_faults()
    for number, wrong in enumerate((
        lambda: sandbox.revoke(TOKEN), lambda: sandbox.account(ACCOUNT, user_tasks=["ANALYZE"]),
        lambda: sandbox.access(ACCOUNT, False), lambda: sandbox.flag_audience(audience["id"]),
        lambda: sandbox.delete_audience(audience["id"]),
    )):  # fmt: skip
        moment = at + number * 2 * HOUR
        wrong(), again(moment), tick(moment)
        assert_nothing_private(tables(), private())
        tick(moment + HOUR)
        sandbox.restore(TOKEN), sandbox.account(ACCOUNT, user_tasks=["MANAGE"], allowed=True)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("statement", ["INSERT", "UPDATE", "SELECT"])
def test_no_error_page_log_or_mail_shows_what_was_typed(client, jane, settings, debug, statement):
    """The database fails in the middle of a request that carries the token, or shows or searches a person."""
    settings.DEBUG, settings.ADMINS = debug, [("Ada", "ada@example.org")]
    client.force_login(user("Admin"))
    client.raise_request_exception = False
    profile = reverse("audiences:profile", args=[jane.pk])
    with logs() as told:
        answers = [
            broken(statement, client.post, "/partners/facebook/token/", {"token": OTHER_TOKEN}),
            broken(statement, client.get, profile),
            broken(statement, client.post, reverse("audiences:profiles_search"), {"q": JANE["email"]}),
        ]
    assert statement == "SELECT" or answers[0].status_code == 500
    assert "OperationalError" in told.getvalue()
    pages = [answer.content.decode() for answer in answers if answer.status_code == 500]
    letters = [letter.body + str(letter.alternatives) for letter in mail.outbox]
    assert_nothing_private([*pages, *letters, *told.getvalue().splitlines()], private())


def broken(statement: str, call, *args):
    """The first statement of this kind on the tables of people or partners fails, as when the server goes away."""

    def fail(execute, sql, params, many, context):
        if sql.startswith(statement) and ("integrations_" in sql or "audiences_" in sql):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with database.execute_wrapper(fail):
        return call(*args)
