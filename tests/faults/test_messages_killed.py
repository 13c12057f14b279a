"""A worker that sends messages is killed at one point of its way: nobody is lost, and who gets a second one was on the
way at that moment."""

import signal
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from config import schedules
from integrations.mail.sending import Line
from integrations.models import Dispatch
from tests.cast import delay, fate, launch, message, people, tick
from tests.faults.crash_at import MESSAGE_POINTS
from tests.faults.crashing import Crash, crashing

HOUR = timedelta(hours=1)
TWICE = {"after a message has left", "inside settling a message"}


def audited() -> None:
    call_command("audit_sync", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", sorted(MESSAGE_POINTS))
def test_a_killed_worker_loses_nobody(installation, sink, now, point, settings):
    settings.DEFAULT_FROM_EMAIL = "a@b.example"
    people(4)
    canvas = launch(message(then="wait"), delay(), at=now)
    mine = installation(
        EMAIL_URL=f"smtp://127.0.0.1:{sink.port}", PUBLIC_URL=settings.PUBLIC_URL, DEFAULT_FROM_EMAIL="a@b.example"
    )
    ticking = mine.start("-m", "tests.faults.crash_at", point, "tick", "--now", now.isoformat())
    assert ticking.wait(30) == -signal.SIGKILL
    assert fate(canvas, "mail") == {"pending": 4}
    audited()
    tick(now)  # all but the one whose lease lasts
    assert fate(canvas, "mail") == {"sent": 3, "pending": 1}
    tick(now + HOUR)
    assert fate(canvas, "mail") == {"sent": 4}
    times = Counter(Counter(sink.addresses).values())
    assert times == ({1: 3, 2: 1} if point in TWICE else {1: 4})
    repeated = [one.message["Message-ID"] for one in sink.given]
    assert len(set(repeated)) == 4
    audited()


@pytest.mark.django_db
def test_a_crash_in_the_middle_of_many_repeats_the_one_on_its_way(sink, now, monkeypatch):
    people(40)
    canvas = launch(message(), at=now)
    send = Line.send

    def falling(line, letter):
        send(line, letter)
        if len(sink.given) == 25:
            raise Crash

    monkeypatch.setattr(Line, "send", falling)
    with pytest.raises(Crash):
        tick(now)
    monkeypatch.undo()
    tick(now + HOUR)
    assert fate(canvas, "mail") == {"sent": 40}
    assert Counter(Counter(sink.addresses).values()) == {1: 39, 2: 1}
    audited()


@pytest.mark.django_db
def test_a_message_that_kills_whoever_sends_it_is_given_up_and_the_others_are_sent(sink, now, monkeypatch):
    people(3)
    canvas = launch(message(), at=now)
    send = Line.send

    def poisoned(line, letter):
        if letter.to == "p0@example.com":
            raise Crash
        send(line, letter)

    monkeypatch.setattr(Line, "send", poisoned)
    for hours in (0, 1, 2, 3):
        with pytest.raises(Crash):
            tick(now + hours * HOUR)
            tick(now + hours * HOUR)
    assert fate(canvas, "mail") == {"sent": 2, "pending": 1}
    tick(now + 14 * HOUR)
    assert fate(canvas, "mail") == {"sent": 2, "failed": 1}
    assert "cut off on our side" in Dispatch.objects.get(state="failed").cause
    audited()


def cut_off(sink, now, number: int) -> bool:
    """False: the tick was over before its statement of that number."""
    people(3), people(1, email="")
    canvas = launch(message(), at=now)
    with crashing(number) as crashed:
        schedules.run(lambda: now)
    audited()
    tick(now + HOUR), tick(now + 2 * HOUR)
    assert fate(canvas, "mail") == {"sent": 3, "no_email": 1}
    audited()
    assert sum(times > 1 for times in Counter(sink.addresses).values()) <= 1
    sink.given.clear()
    return bool(crashed)


@pytest.mark.nightly
@pytest.mark.django_db
def test_a_tick_that_is_cut_off_before_any_statement_loses_nobody(sink, now):
    number, went_on = 0, True
    while went_on:
        number += 1
        with transaction.atomic():
            went_on = cut_off(sink, now, number)
            transaction.set_rollback(True)
    assert number > 30
