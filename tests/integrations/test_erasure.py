"""Somebody is erased while her batch is on the wire."""

import pytest

from audiences import erasure
from canvas import engine
from canvas.models import Entry
from integrations import outbox, settling
from integrations.errors import Unavailable
from integrations.models import Member
from tests.cast import deliver, facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db


def claimed(now):
    """A Canvas whose three people are in a leased batch."""
    people(3)
    canvas = launch(facebook_step(), at=now)
    engine.work(now)
    outbox.seal(now)
    return canvas, outbox.claim(now)


def test_before_the_people_are_read_she_is_not_sent(connection, sandbox, now):
    canvas, claim = claimed(now)
    assert len(erasure.erase(["p1"], now)) == 1
    assert fate(canvas) == {"pending": 3}
    receipt, erased = deliver(claim)
    settling.settle(claim, receipt, erased, now)
    assert fate(canvas) == {"synced": 2, "withdrawn": 1}
    assert sandbox.audiences()[0]["size"] == 2


def test_after_the_people_were_read_she_was_sent(connection, sandbox, now):
    canvas, claim = claimed(now)
    receipt, erased = deliver(claim)
    erasure.erase(["p1"], now)
    settling.settle(claim, receipt, erased, now)
    assert fate(canvas) == {"synced": 3}


def test_when_the_attempt_fails_she_is_not_in_the_next_one(connection, sandbox, now):
    canvas, claim = claimed(now)
    erasure.erase(["p1"], now)
    settling.fail(claim, Unavailable(""), now)
    tick(now + outbox.HELD_BACK_OPEN)
    assert fate(canvas) == {"synced": 2, "withdrawn": 1}


def test_her_rows_stay_without_a_name_and_an_erasure_can_be_repeated(connection, now):
    canvas, _ = claimed(now)
    assert len(erasure.erase(["p1"], now)) == 1 and erasure.erase(["p1"], now) == {}
    assert Entry.objects.filter(canvas=canvas, profile=None).count() == 1
    assert Member.objects.filter(profile=None).count() == 1
