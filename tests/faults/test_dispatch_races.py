"""Two connections at once at what is sent one by one, each stopped between two statements."""

from collections import Counter
from datetime import timedelta

import pytest

from audiences import erasure
from canvas import engine
from integrations import dispatch_by_hand, dispatch_claims, dispatching, recount
from integrations.channels import CHANNELS
from integrations.models import Dispatch
from tests.cast import fate, launch, message, people, tick
from tests.faults.test_races import Actor, in_order

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
CLAIMED, ERASED = 'UPDATE "integrations_dispatch"', 'DELETE FROM "audiences_profile"'


@pytest.fixture
def canvas(now):
    """Everybody was handed over, nobody written to."""
    people(12)
    made = launch(message(), at=now)
    engine.work(now), engine.work(now)
    assert Dispatch.objects.count() == 12
    return made


def settled(canvas, now, sink) -> Counter:
    tick(now), tick(now + HOUR)
    assert list(recount.differences()) == []
    assert max(Counter(sink.addresses).values()) == 1
    return Counter(fate(canvas, "mail"))


def all_of_it(now) -> None:
    while dispatching.work(lambda: now):
        pass


def test_two_workers_write_to_everybody_once(canvas, sink, now):
    workers = [Actor(lambda: all_of_it(now)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.finish()
    assert len(sink.given) == 12 and settled(canvas, now, sink) == {"sent": 12}


def test_who_is_claimed_while_she_is_erased_is_not_written_to(canvas, sink, now):
    """The erasure has come to its end but for the commit; the claim passes her by, or finds nobody."""
    erasing = Actor(lambda: erasure.erase(["p0"], now), ERASED)
    erasing.begin()
    sending = Actor(lambda: all_of_it(now))
    sending.start()
    erasing.finish(), sending.finish()
    assert settled(canvas, now, sink) == {"sent": 11, "withdrawn": 1} and "p0@example.com" not in sink.addresses


def test_who_is_erased_while_she_is_claimed_is_written_to_for_the_last_time(canvas, sink, now):
    sending = Actor(lambda: all_of_it(now), CLAIMED)
    sending.begin()  # gives up; nobody is claimed yet
    sending.finish()
    assert settled(canvas, now, sink) == {"sent": 12}
    erasure.erase(["p0"], now)
    assert fate(canvas, "mail") == {"sent": 12} and Dispatch.objects.filter(profile=None).count() == 1


def test_who_is_called_back_while_another_is_claimed_is_not_written_to(canvas, sink, now):
    """Whoever is claimed is on the way; all others are called back."""
    claims = []
    outlet = Dispatch.objects.first().outlet

    def work() -> None:
        claims.extend(dispatch_claims.claim(outlet, CHANNELS["mail"], now))

    cancelling = Actor(lambda: dispatch_by_hand.cancel(canvas.steps.get(), now))
    in_order(Actor(work, CLAIMED), cancelling)
    assert cancelling.result.people == 11
    assert len(claims) == 1 and fate(canvas, "mail") == {"pending": 1, "withdrawn": 11}
    assert settled(canvas, now + HOUR, sink) == {"sent": 1, "withdrawn": 11}
