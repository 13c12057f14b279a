"""The clock: one pass of everything that is due, and the task that the queue runs when the bell is rung.

First a connection is looked at whose hour has come. Order of a pass: dead launches, moves, entries, probes, seals,
clocks, removals, sends, messages, imports, old attempts and answers; repeated until nothing is due (the ties are in
docs/semantics.md). Then what broke or works again is told. A bell carries no data and may be lost or doubled: what is
due stands in rows.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task

from audiences import import_queue
from canvas import engine, launch
from config.team import notice_mail, repeats
from integrations import (
    checking,
    dispatch_queue,
    dispatching,
    hourly,
    incidents,
    outbox,
    pauses,
    removing,
    retention,
    set_back,
    sync,
)

from . import beats, logs

log = logging.getLogger(__name__)
SHIFT = min(30.0, settings.SYNC_LEASE_SECONDS / 3)
"""Seconds after which a task leaves the rest to the next bell. With the longest request it stays below its time-out."""
LONGEST_TASK = SHIFT + settings.SYNC_LEASE_SECONDS


def run(clock: Callable[[], datetime], seconds: float | None = None) -> Counter:
    """Passes until nothing is due, or the seconds are over; what was done, added up. Where there are seconds, a check
    of a connection may take them all: the rest is left to the next bell."""
    total, end, sender = Counter(), time.monotonic() + seconds if seconds else None, sync.Sender()
    set_back.set_right(clock())
    total["checks"] += checking.check_due(clock())
    while not (seconds and total["checks"]) and (done := one_pass(clock, sender)):
        total += done
        beats.touch("worker")
        if end and time.monotonic() > end:
            break
    total += incidents.work(clock())
    total["notices_mailed"] += notice_mail.send_due(clock)
    return +total


def one_pass(clock: Callable[[], datetime], sender: sync.Sender) -> Counter:
    """All parts at the moment of its beginning; what is sent at its own, since its lease is counted from it."""
    now = clock()
    done = Counter(dead_launches=launch.bury_dead(now)) + engine.work(now) + sync.prepare(now)
    done += removing.work(now) + sender.work(clock) + dispatching.work(clock) + import_queue.work(now)
    hourly.fold(now)
    return +(done + Counter(attempts_purged=retention.purge(now), answers_pruned=repeats.prune(now)))


def next_due(now: datetime) -> datetime | None:
    """When the next pass would find something."""
    moments = (
        engine.next_due(), outbox.next_due(now), removing.next_due(now), pauses.next_due(now),
        dispatch_queue.next_due(now), import_queue.next_due(now), checking.next_due(), incidents.next_due(),
        notice_mail.next_due(),
    )  # fmt: skip
    return min((moment for moment in moments if moment), default=None)


def work() -> None:
    """The task behind the bell. Never raises: an error goes to the log, and the rows are still there."""
    with logs.belonging_to("pass", logs.new_id()):
        try:
            run(timezone.now, SHIFT)
        except Exception:
            log.exception("The pass failed; it is repeated at the next bell")
            connection.close()


def pulse() -> None:
    """That it was done is what the supervisor waits for; the time of it is kept for `doctor`."""
    beats.answer_pulse()


def ring_if_due(now: datetime) -> bool:
    """Rings when something is due and no bell waits."""
    moment = next_due(now)
    due = moment is not None and moment <= now
    if due and get_broker().queue_size() == 0:
        async_task(work)
    return due
