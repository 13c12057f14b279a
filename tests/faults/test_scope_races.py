"""A scope is held back, or let through, while one of its batches is claimed or settled on another connection.

Batches are found by their scope in a subquery, which PostgreSQL does not look into again once it has waited for a row:
what must hold of the batch at that moment is asked outside. On SQLite the second waits before it looks at anything.
"""

from datetime import timedelta

import pytest

from canvas import engine
from integrations import by_hand, outbox, pauses, settling
from integrations.errors import TokenRejected
from integrations.models import SyncBatch
from tests.cast import deliver, facebook_step, launch, people
from tests.faults.test_races import Actor, in_order, nothing_differs

pytestmark = pytest.mark.django_db(transaction=True)
LATER = timedelta(minutes=5)
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
