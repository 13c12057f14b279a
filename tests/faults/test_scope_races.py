"""A scope is held back, or let through, while one of its batches is claimed or settled on another connection.

Batches are found by their scope in a subquery, which PostgreSQL does not look into again once it has waited for a row:
what must hold of the batch at that moment is asked outside. On SQLite the second waits before it looks at anything.
"""

from datetime import timedelta

import pytest
from django.db import connection as database

from canvas import engine
from integrations import by_hand, outbox, pauses, settling, sync
from integrations.errors import TokenRejected
from integrations.hourly import BATCHES
from integrations.models import BatchHour, SyncBatch
from tests.cast import deliver, facebook_step, launch, people
from tests.faults.test_races import Actor, in_order, nothing_differs

pytestmark = pytest.mark.django_db(transaction=True)
LATER, DAY = timedelta(minutes=5), timedelta(days=1)
BATCH = 'UPDATE "integrations_syncbatch"'


@pytest.fixture
def sealed(connection, now) -> SyncBatch:
    people(3)
    launch(facebook_step(), at=now)
    engine.work(now)
    outbox.seal(now)
    return SyncBatch.objects.get()


def numbers_of(batch: SyncBatch) -> dict:
    return SyncBatch.objects.values("state", "clock_at", "cause", "tries", "next_attempt_at").get(pk=batch.pk)


@pytest.mark.parametrize("by", ["resume", "try_now"])
def test_what_is_settled_while_it_is_to_start_anew_stays_as_it_was_settled(sealed, connection, now, by):
    claim = outbox.claim(now)
    receipt, roll = deliver(claim)
    settled = Actor(lambda: settling.settle(claim, receipt, roll, now), BATCH)
    anew = {
        "resume": lambda: pauses.resume(connection, now + LATER),
        "try_now": lambda: by_hand.try_now(sealed.audience.step, now + LATER),
    }
    before = numbers_of(sealed)
    in_order(settled, Actor(anew[by]))
    assert numbers_of(sealed) == before | {"state": "done"}
    assert nothing_differs()


def test_what_is_claimed_while_its_connection_breaks_keeps_its_clock_still(sealed, connection, now):
    claiming = Actor(lambda: outbox.claim(now), BATCH)
    in_order(claiming, Actor(lambda: pauses.pause(connection, TokenRejected("Revoked."), now)))
    assert numbers_of(sealed)["clock_at"] is None and numbers_of(sealed)["cause"] == ""
    assert SyncBatch.objects.get().lease_token


# Batches that are opened again while they are summed up by the hour

OPEN_AGAIN = 'UPDATE "integrations_customaudience" SET "summed_until"'
FOLD = 'INSERT INTO "integrations_batchhour"'


@pytest.fixture
def sent(sealed, now) -> SyncBatch:
    engine.work(now), sync.Sender().work(lambda: now)
    assert SyncBatch.objects.get().state == "done"
    return sealed


def again(batch: SyncBatch, now) -> Actor:
    return Actor(lambda: by_hand.reopen(SyncBatch.objects.filter(pk=batch.pk), now), OPEN_AGAIN)


def fold(now) -> Actor:
    return Actor(lambda: BATCHES.fold(now), FOLD)


def test_what_is_summed_up_while_it_is_opened_again_is_forgotten(sent, now):
    in_order(again(sent, now), Actor(lambda: BATCHES.fold(now + DAY)), waits=database.vendor == "sqlite")
    assert not BatchHour.objects.exists() and numbers_of(sent)["state"] == "sealed"
    assert nothing_differs()


def test_what_is_opened_again_while_it_is_summed_up_is_forgotten(sent, now):
    in_order(fold(now + DAY), Actor(again(sent, now).work))
    assert not BatchHour.objects.exists() and numbers_of(sent)["state"] == "sealed"
    assert nothing_differs()


def test_of_two_who_sum_up_one_does(sent, now):
    in_order(fold(now + DAY), Actor(fold(now + DAY).work))
    assert BatchHour.objects.get().size == 3
    assert nothing_differs()
