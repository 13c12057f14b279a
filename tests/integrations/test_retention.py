"""Attempts are kept for the days that are set, those of waiting batches for ever, and the numbers don't need them."""

from datetime import timedelta

import pytest

from integrations import recount, retention
from integrations.models import Attempt, SyncBatch
from tests.cast import facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def canvas(connection, sandbox, settings, now):
    """Ten people in five batches, each sent."""
    settings.SYNC_BATCH_SIZE = 2
    people(10)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert Attempt.objects.count() == 5
    return canvas


def test_they_go_when_they_were_kept_long_enough(canvas, now):
    tick(now + 399 * DAY)
    assert Attempt.objects.count() == 5
    assert tick(now + 400 * DAY)["attempts_purged"] == 5
    assert not Attempt.objects.exists()
    assert fate(canvas) == {"synced": 10} and list(recount.differences()) == []


def test_in_small_parts_the_oldest_first(canvas, now, monkeypatch):
    monkeypatch.setattr(retention, "PART", 2)
    newest = Attempt.objects.latest("pk")
    assert [retention.purge(now + 400 * DAY) for _ in range(2)] == [2, 2]
    assert list(Attempt.objects.all()) == [newest] and list(recount.differences()) == []
    assert [retention.purge(now + 400 * DAY) for _ in range(2)] == [1, 0]


def test_those_of_a_batch_that_waits_are_never_deleted(canvas, now):
    waiting = SyncBatch.objects.order_by("pk").first()
    SyncBatch.objects.filter(pk=waiting.pk).update(state="sealed")
    assert retention.purge(now + 5000 * DAY) == 4
    assert Attempt.objects.get().batch == waiting


def test_how_long_can_be_set(canvas, now, settings):
    settings.ATTEMPT_RETENTION_DAYS = 2
    assert retention.purge(now + 1.9 * DAY) == 0 and retention.purge(now + 2 * DAY) == 5


def test_a_done_batch_whose_attempts_say_otherwise_is_still_found(canvas, now):
    Attempt.objects.update(outcome="Unavailable")
    assert len([line for line in recount.differences() if "without an accepted attempt" in line]) == 5
