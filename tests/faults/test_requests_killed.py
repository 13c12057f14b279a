"""A worker that calls webhooks is killed at one point of its way: nobody is lost, and only what was on its way at that
moment is asked for again, with the same key for repeats."""

import signal
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from integrations import channels
from tests.cast import delay, fate, launch, people, tick, webhook
from tests.faults.crash_at import REQUEST_POINTS

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
TWICE = {"after a request was answered", "inside settling a request"}


@pytest.mark.parametrize("point", sorted(REQUEST_POINTS))
def test_a_killed_worker_loses_nobody(installation, hook, now, point):
    people(12)
    canvas = launch(webhook(url=hook.url, then="wait"), delay(), at=now)
    mine = installation(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    ticking = mine.start("-m", "tests.faults.crash_at", point, "tick", "--now", now.isoformat())
    assert ticking.wait(30) == -signal.SIGKILL
    call_command("audit_sync", stdout=StringIO())
    assert fate(canvas, "hook") == {"pending": 12}
    tick(now + HOUR)
    assert fate(canvas, "hook") == {"sent": 12}
    times = Counter(got.headers["Idempotency-Key"] for got in hook.got)
    repeated = sum(times.values()) - 12
    assert len(times) == 12 and max(times.values()) <= 2
    assert repeated <= channels.CHANNELS["webhook"].at_once if point in TWICE else repeated == 0
    call_command("audit_sync", stdout=StringIO())
