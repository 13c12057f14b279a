"""The clock: the order of a pass, the bell, the sweep, and the `tick` command."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pydoc import locate

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule
from django_q.scheduler import scheduler
from django_q.signing import SignedPackage

from canvas import engine, entries
from canvas.models import Canvas, Entry, EntryRun, Version
from config import schedules
from integrations import checking, sync
from integrations.models import AdAccount, Connection, SyncBatch
from tests.cast import ACCOUNT, TOKEN, connect, delay, facebook_step, fate, launch, people, step_numbers, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def answer(queue) -> list[str]:
    """Does what waits in the queue, as its workers would; returns what that was."""
    names = []
    while queue.queue_size():
        for receipt, package in queue.dequeue() or ():
            task = SignedPackage.loads(package)
            function = task["func"] if callable(task["func"]) else locate(task["func"])
            assert function(*task["args"], **task["kwargs"]) is None
            names.append(function.__name__)
            queue.acknowledge(receipt)
    return names


def statements(work) -> list[str]:
    with CaptureQueriesContext(database) as captured:
        work()
    return [query["sql"] for query in captured]


ORDER = [
    """UPDATE "canvas_canvas" SET "status" = 'draft'""",  # a dead launch is buried
    'INSERT INTO "canvas_arrival"',  # people move
    'INSERT INTO "canvas_entry" ',  # people enter
    'UPDATE "integrations_adaccount" SET "paused_until"',  # a scope is probed
    """UPDATE "integrations_syncbatch" SET "state" = 'sealed'""",  # a batch is sealed
    """UPDATE "integrations_syncbatch" SET "clock_at\"""",  # clocks start where a fault holds back
    """UPDATE "integrations_syncbatch" SET "state" = 'failed'""",  # what was tried for too long is given up
    'INSERT INTO "integrations_attempt"',  # a batch is claimed and sent
]


def test_the_order_of_a_pass(connection, sandbox, now):
    later = now + HOUR
    people(2)
    canvas = launch(delay("wait", "fb"), facebook_step(), at=now)
    tick(now)
    people(1)
    EntryRun.objects.create(canvas=canvas, planned_at=later)
    Canvas.objects.create(name="Dead", document={}, status=Canvas.Status.LAUNCHING, launch_until=now)
    mended, broken = AdAccount.objects.exclude(account_id=ACCOUNT)[:2]
    for account, until in ((mended, later), (broken, later + HOUR)):
        AdAccount.objects.filter(pk=account.pk).update(paused_until=until, pause_kind="AccessLost")
    found = statements(lambda: schedules.one_pass(lambda: later, sync.Sender()))
    places = [next(place for place, sql in enumerate(found) if sql.startswith(mark)) for mark in ORDER]
    assert places == sorted(places)


def test_whoever_is_due_at_once_goes_all_the_way_in_one_tick(connection, now):
    people(2)
    canvas = launch(delay("a", "b", duration="PT0S"), delay("b", "fb", duration="PT0S"), facebook_step(), at=now)
    tick(now)
    assert fate(canvas) == {"synced": 2}
    assert schedules.next_due(now) == checking.next_due() == now + checking.EVERY


def test_sending_begins_while_a_large_audience_is_still_entering(connection, now, monkeypatch):
    monkeypatch.setattr(entries, "COHORT_SIZE", 1)
    at_once = engine.CHUNKS_A_PASS * entries.COHORTS_AT_ONCE
    people(at_once)
    launch(facebook_step(), at=now)
    done = schedules.one_pass(lambda: now, sync.Sender())
    assert 0 < done["people_entered"] < at_once and done["batches_sent"] == 1


def test_sending_begins_after_some_seconds_of_entering(connection, now, monkeypatch):
    monkeypatch.setattr(entries, "COHORT_SIZE", 1)
    monkeypatch.setattr(engine, "TURN", 0)
    people(entries.COHORTS_AT_ONCE * 3)
    launch(facebook_step(), at=now)
    canvas_passes = [engine.work(now) for _ in range(2)]
    assert [done["people_entered"] for done in canvas_passes] == [entries.COHORTS_AT_ONCE, 0]
    assert canvas_passes[1]["cohorts_moved"] == entries.COHORTS_AT_ONCE


def test_a_canvas_that_fails_does_not_hold_up_the_others(now, caplog):
    people(2)
    broken, sound = launch(delay(), at=now, name="Broken"), launch(delay(), at=now, name="Sound")
    broken.live_version.document["steps"][0]["type"] = "from a plug-in that is gone"
    broken.live_version.save()
    assert tick(now)["failures"] == 1
    assert "could not be moved on" in caplog.text
    assert step_numbers(sound)["wait"]["entered"] == 2


def test_a_canvas_that_goes_on_failing_rests_longer_and_longer(now, caplog):
    people(2)
    canvas = launch(delay(), at=now)
    broken = Version.objects.get(canvas=canvas)
    document, broken.document = broken.document, {"steps": "torn"}
    broken.save()
    at, moments = now, []
    while at < now + HOUR:
        tick(at)
        moments.append(at)
        at = schedules.next_due(at)
    rests = [(later - sooner).total_seconds() for sooner, later in zip(moments, moments[1:], strict=False)]
    assert rests[:8] == [2, 4, 8, 16, 32, 64, 128, 256] and set(rests[8:]) == {300}
    assert caplog.text.count("could not be moved on") == len(moments)
    canvas.refresh_from_db()
    assert (canvas.failures, canvas.failing_since) == (len(moments), now)
    tick(at - timedelta(seconds=1))
    assert Canvas.objects.get().failures == len(moments)
    broken.document = document
    broken.save()
    tick(at)
    canvas.refresh_from_db()
    assert (canvas.failures, canvas.failing_since, canvas.retry_at) == (0, None, None)
    assert step_numbers(canvas)["wait"]["entered"] == 2


def test_a_rest_ends_where_the_clock_was_set_back(now):
    people(1)
    canvas = launch(delay(), at=now)
    Canvas.objects.update(failures=1, failing_since=now + HOUR, retry_at=now + HOUR)
    tick(now)
    assert step_numbers(canvas)["wait"]["entered"] == 1


def test_the_bell_is_not_rung_when_nothing_is_due(queue, now):
    people(1)
    launch(delay(), at=now)
    tick(now)
    assert not schedules.ring_if_due(now + timedelta(minutes=59))
    assert queue.queue_size() == 0
    assert schedules.ring_if_due(now + HOUR)
    assert queue.queue_size() == 1


def test_the_bell_is_not_rung_while_one_waits(queue, now):
    people(1)
    launch(delay(), at=now)
    for _ in range(3):
        assert schedules.ring_if_due(now)
    assert queue.queue_size() == 1


def test_a_bell_that_was_lost_is_rung_again(queue):
    people(1)
    launch(delay(), at=timezone.now())
    schedules.ring_if_due(timezone.now())
    queue.purge_queue()
    schedules.ring_if_due(timezone.now())
    assert answer(queue) == ["work"]
    assert Entry.objects.count() == 1


def test_a_bell_that_is_rung_twice_changes_nothing(connection, sandbox, queue):
    people(3)
    canvas = launch(facebook_step(), at=timezone.now())
    for _ in range(2):
        schedules.async_task(schedules.work)
    assert answer(queue) == ["work", "work"]
    assert fate(canvas) == {"synced": 3}
    assert sandbox.received(sandbox.audiences()[0]["id"])["times"] == {"1": 3}


@pytest.mark.django_db(transaction=True)
def test_the_sweep_does_the_work_when_nobody_rings(queue):
    people(1)
    launch(delay(), at=timezone.now())
    call_command("setup", stdout=StringIO())
    scheduler(broker=queue)
    assert answer(queue) == ["work"]
    assert Entry.objects.count() == 1


def test_setup_makes_one_sweep_however_often_it_runs():
    for _ in range(2):
        call_command("setup", stdout=StringIO())
    sweep = Schedule.objects.get()
    assert (sweep.func, sweep.schedule_type, sweep.minutes, sweep.repeats) == ("config.schedules.work", "I", 1, -1)


@pytest.mark.django_db(transaction=True)
def test_a_pass_that_fails_is_logged_and_the_rows_wait(sandbox, caplog):
    connect(TOKEN, timezone.now())
    people(1)
    canvas = launch(facebook_step(), at=timezone.now())
    engine.work(timezone.now())
    Connection.objects.update(partner="removed")
    assert schedules.work() is None
    assert "it is repeated at the next bell" in caplog.text and TOKEN not in caplog.text
    Connection.objects.update(partner="facebook")
    tick(timezone.now() + HOUR)
    assert fate(canvas) == {"synced": 1}


def test_a_shift_ends_after_its_seconds_and_leaves_the_rest(connection, now, settings, monkeypatch):
    monkeypatch.setattr(sync, "TURN", 0)
    settings.SYNC_BATCH_SIZE = 1
    people(3)
    launch(facebook_step(), at=now)
    schedules.run(lambda: now, seconds=1e-9)
    assert SyncBatch.objects.filter(state="done").count() == 1
    assert schedules.next_due(now) <= now


def told(**options) -> str:
    out = StringIO()
    call_command("tick", stdout=out, **options)
    return out.getvalue()


def test_tick_prints_one_json_line(connection, now):
    people(4)
    launch(facebook_step(), at=now)
    line = told(now=now.isoformat())
    assert line.count("\n") == 1
    done = json.loads(line)
    assert done["people_entered"] == done["rows_sent"] == 4 and done["batches_sent"] == 1
    assert told(now=now.isoformat()) == "{}\n"


def test_tick_takes_a_time_without_a_zone_as_the_companys(now, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    people(1)
    at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    launch(delay(), at=now, entry={"type": "scheduled", "at": at.isoformat()})
    assert told(now="2026-12-01T08:59:59") == "{}\n"
    assert json.loads(told(now="2026-12-01T09:00:00"))["people_entered"] == 1


@pytest.mark.parametrize("nonsense", ["soon", "2026-13-01T00:00:00Z", "", "1700000000"])
def test_tick_refuses_a_time_that_is_none(nonsense, now):
    people(1)
    launch(delay(), at=now)
    with pytest.raises(CommandError, match="--now: Write a date and time like 2026"):
        told(now=nonsense)
    assert not Entry.objects.exists()
