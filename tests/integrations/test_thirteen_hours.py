"""How long it is tried: the clock of a batch, its end, and what a machine's clock that jumps does to it."""

from datetime import timedelta

import pytest

from config import schedules
from integrations import outbox, recount
from integrations.models import Attempt, SyncBatch
from tests.cast import (
    OTHER_TOKEN,
    TOKEN,
    connect,
    delay,
    facebook_step,
    fate,
    launch,
    people,
    split,
    step_numbers,
    tick,
)

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BREAKS = {"kind": "http_500_html", "path_regex": "/users", "times": None}


def play(start, until) -> list:
    """Ticks whenever something is due, as the supervisor does; the moments."""
    moments, at = [], start
    while at and at <= until:
        moments.append(at)
        tick(at)
        following = schedules.next_due(at)
        at = following and max(following, at + timedelta(seconds=1))
    return moments


def come_again(canvas, at) -> None:
    canvas.entry_runs.create(planned_at=at)


def test_it_is_tried_in_growing_pauses_for_its_hours_and_then_given_up_with_its_cause(
    connection, sandbox, now, settings
):
    settings.SYNC_RETRY_HOURS = 3  # 13 would only take longer to play.
    people(3)
    canvas = launch(facebook_step(then="wait"), delay(), at=now, reentry={"allowed": True})
    sandbox.fault(**BREAKS)
    moments = play(now, now + 2.9 * HOUR)
    assert fate(canvas) == {"pending": 3} and step_numbers(canvas)["wait"]["entered"] == 3
    play(moments[-1], now + 3.6 * HOUR)
    assert fate(canvas) == {"not_synced": 3}
    batch, tries = SyncBatch.objects.get(), list(Attempt.objects.order_by("number"))
    assert batch.cause == "Unavailable" and batch.clock_at == now
    assert now + 3 * HOUR <= batch.settled_at <= now + 3 * HOUR + MINUTE
    pauses = [after.started_at - before.started_at for before, after in zip(tries, tries[1:], strict=False)]
    assert len(tries) > 8 and max(pauses) <= 30 * MINUTE + timedelta(seconds=1)
    assert sum(pauses[:4], timedelta(0)) <= 8 * MINUTE < sum(pauses[-4:], timedelta(0)) * 3
    sandbox.clear_faults()
    come_again(canvas, now + 4 * HOUR)
    tick(now + 4 * HOUR)
    assert fate(canvas) == {"not_synced": 3, "synced": 3} and sandbox.audiences()[0]["size"] == 3
    assert list(recount.differences()) == []


def test_a_fault_starts_the_clock_of_an_open_batch_at_once(connection, sandbox, now):
    """Not only when it is sealed: that is up to a quarter of an hour later."""
    people(1), people(2, country="FR")
    french = {"attribute": "country", "op": "is", "value": "FR"}
    canvas = launch(split(french, "wait", "fb"), delay(then="fb"), facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    tick(now + HOUR)
    late = SyncBatch.objects.get(state="open")
    assert (late.clock_at, late.cause) == (now + HOUR, "TokenRejected")
    assert fate(canvas) == {"pending": 3}
    connect(OTHER_TOKEN, now + HOUR + MINUTE)
    assert SyncBatch.objects.get(pk=late.pk).clock_at is None
    tick(now + HOUR + MINUTE)
    assert fate(canvas) == {"synced": 3}


def test_a_throttle_starts_no_clock_of_an_open_batch(connection, sandbox, now):
    people(1), people(2, country="FR")
    french = {"attribute": "country", "op": "is", "value": "FR"}
    launch(split(french, "wait", "fb"), delay(then="fb"), facebook_step(), at=now)
    sandbox.fault("rate_80003", path_regex="/users", minutes=90)
    tick(now), tick(now + HOUR)
    assert [batch.clock_at for batch in SyncBatch.objects.all()] == [None, None]


def test_a_night_without_a_worker_gives_nobody_up(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("http_500_html", path_regex="/users")
    tick(now)
    tick(now + 20 * HOUR)
    assert fate(canvas) == {"synced": 3}


def test_after_that_night_it_is_tried_just_once_more(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault(**BREAKS)
    tick(now)
    tick(now + 20 * HOUR)
    assert fate(canvas) == {"not_synced": 3} and Attempt.objects.count() == 2


def test_a_clock_that_is_set_back_holds_up_nothing(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("http_500_html", path_regex="/users")
    tick(now + 9 * HOUR)
    assert fate(canvas) == {"pending": 3}
    tick(now)
    batch = SyncBatch.objects.get()
    assert batch.clock_at == now and batch.next_attempt_at <= now + 30 * MINUTE
    tick(now + 30 * MINUTE)
    assert fate(canvas) == {"synced": 3}


def test_a_pause_does_not_wait_until_the_clock_has_caught_up(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("rate_17", path_regex="/users", seconds=300)
    tick(now + 9 * HOUR)
    assert fate(canvas) == {"pending": 3}
    tick(now)
    assert fate(canvas) == {"synced": 3}


def test_a_lease_from_the_future_ends(connection, sandbox, now, settings):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now - HOUR)
    schedules.engine.work(now)
    outbox.seal(now + 9 * HOUR)
    assert outbox.claim(now + 9 * HOUR)
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    tick(now)
    assert SyncBatch.objects.get().lease_until == now + lease
    tick(now + lease + MINUTE)
    assert fate(canvas) == {"synced": 3}


def test_workers_whose_clocks_differ_a_little_leave_each_others_rows_alone(connection, sandbox, now):
    people(1)
    launch(facebook_step(), at=now)
    schedules.engine.work(now), outbox.seal(now)
    claim = outbox.claim(now + 5 * MINUTE)
    tick(now)
    assert SyncBatch.objects.get().lease_until == claim.batch.lease_until


@pytest.mark.parametrize("hours", [-30, -1, 1, 12, 30])
def test_whatever_the_clock_does_nobody_is_lost_or_counted_twice(connection, sandbox, now, hours):
    people(6), people(2, country="FR")
    french = {"attribute": "country", "op": "is", "value": "FR"}
    canvas = launch(split(french, "wait", "fb"), delay(then="fb"), facebook_step(), at=now)
    sandbox.fault("http_500_html", path_regex="/users", times=2)
    sandbox.fault("drop_after", path_regex="/users")
    for at in (now, now + hours * HOUR, now + MINUTE, now + hours * HOUR + MINUTE, now + 2 * HOUR, now + 3 * HOUR):
        tick(at)
        assert sum(fate(canvas).values()) == step_numbers(canvas)["fb"]["entered"]
        assert list(recount.differences()) == []
    found = fate(canvas)
    assert found.get("synced", 0) + found.get("not_synced", 0) == 8
    assert abs(hours) == 30 or found == {"synced": 8}
