"""A tick is killed at one point of its way; the next one goes on from there. Nobody is lost."""

import signal
from datetime import timedelta

import pytest
from django.core.management import call_command

from canvas import journal
from config import schedules
from integrations.models import Attempt, Connection, SyncBatch
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
from tests.faults.crash_at import POINTS

pytestmark = pytest.mark.django_db(transaction=True)
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}
HOUR = timedelta(hours=1)
SENT_TWICE = {"after the POST", "inside settle"}
SENT_ONCE = POINTS.keys() - SENT_TWICE


@pytest.fixture
def canvas(connection, now):
    """Seven people who part and meet again before the Facebook step; two of them are French."""
    people(5), people(2, country="FR")
    return launch(split(FRENCH, "fb", "fb"), facebook_step(then="wait"), delay(), at=now)


@pytest.fixture
def killed_tick(installation, now):
    def run(point: str, at=now) -> None:
        ticking = installation().start("-m", "tests.faults.crash_at", point, "tick", "--now", at.isoformat())
        assert ticking.wait(30) == -signal.SIGKILL

    return run


def check(canvas, sandbox, times: dict[str, int]) -> None:
    assert fate(canvas) == {"synced": 7}
    assert step_numbers(canvas)["wait"]["entered"] == 7
    [audience] = sandbox.audiences()
    assert audience["size"] == 7
    assert sandbox.received(audience["id"])["times"] == times
    call_command("audit_sync")


@pytest.mark.parametrize("point", sorted(SENT_ONCE))
def test_a_crash_there_loses_nobody_and_sends_nobody_twice(canvas, sandbox, killed_tick, point, now):
    killed_tick(point)
    call_command("audit_sync")
    tick(now + HOUR)
    check(canvas, sandbox, {"1": 7})


@pytest.mark.parametrize("point", sorted(SENT_TWICE))
def test_only_a_crash_between_post_and_settle_sends_again(canvas, sandbox, killed_tick, point, now):
    killed_tick(point)
    assert fate(canvas) == {"pending": 7}
    tick(now + HOUR)
    check(canvas, sandbox, {"2": 7})
    assert [attempt.outcome for attempt in Attempt.objects.order_by("number")] == ["lost", "accepted"]


def test_while_the_lease_lasts_nobody_else_sends_the_batch(canvas, sandbox, killed_tick, now, settings):
    killed_tick("after the POST")
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    tick(now + lease)
    assert fate(canvas) == {"pending": 7}
    tick(now + lease + timedelta(seconds=1))
    check(canvas, sandbox, {"2": 7})


def test_a_batch_that_kills_whoever_sends_it_is_given_up_in_the_end(canvas, killed_tick, now):
    killed_tick("before the POST")
    killed_tick("before the POST", now + 12 * HOUR)
    assert SyncBatch.objects.get().clock_at == now
    tick(now + 13 * HOUR)
    assert fate(canvas) == {"not_synced": 7}
    assert SyncBatch.objects.get().cause == "Interrupted"


def test_a_lost_batch_is_held_by_a_pause_that_came_in_the_meantime(canvas, sandbox, killed_tick, now):
    killed_tick("before the POST")
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    batch = SyncBatch.objects.get()
    assert (batch.cause, batch.clock_at) == ("TokenRejected", now)
    assert schedules.next_due(now + HOUR) > now + HOUR
    sandbox.restore(TOKEN)
    connect(TOKEN, now + 2 * HOUR)
    tick(now + 2 * HOUR)
    check(canvas, sandbox, {"1": 7})


def test_a_crash_between_a_failure_and_its_pause_only_means_that_it_is_met_once_more(canvas, sandbox, killed_tick, now):
    sandbox.revoke(TOKEN)
    killed_tick("between failure and pause")
    assert not Connection.objects.get().is_faulty and SyncBatch.objects.get().cause == "TokenRejected"
    tick(now)
    assert Connection.objects.get().is_faulty and Attempt.objects.count() == 2
    sandbox.restore(TOKEN)
    tick(now + HOUR)
    check(canvas, sandbox, {"1": 7})


def test_a_probe_that_was_killed_is_made_again_by_another(canvas, sandbox, killed_tick, now):
    sandbox.revoke(TOKEN)
    tick(now)
    sandbox.restore(TOKEN)
    killed_tick("inside a probe", now + HOUR)
    assert Connection.objects.get().is_faulty
    tick(now + 2 * HOUR)
    check(canvas, sandbox, {"1": 7})


def test_a_token_that_was_kept_by_a_process_that_died_is_found_good_by_the_next_probe(
    canvas, sandbox, installation, killed_tick, now
):
    sandbox.revoke(TOKEN)
    tick(now)
    replacing = installation().start("-m", "tests.faults.crash_at", "between token and resuming", "connect_facebook",
                                     given=OTHER_TOKEN)  # fmt: skip
    assert replacing.wait(30) == -signal.SIGKILL
    assert Connection.objects.get().last4 == OTHER_TOKEN[-4:]
    tick(now + HOUR)
    check(canvas, sandbox, {"1": 7})


def test_a_fold_counts_every_line_once_after_a_crash(canvas, killed_tick, now):
    killed_tick("inside the fold")
    before = journal.flows([canvas.pk])
    journal.fold(canvas.pk)
    assert sorted(total(before).items(), key=str) == sorted(total(journal.flows([canvas.pk])).items(), key=str)
    call_command("audit_sync")


def total(flows: list) -> dict:
    found: dict = {}
    for flow in flows:
        found[flow.step, flow.came_from] = found.get((flow.step, flow.came_from), 0) + flow.people
    return found
