"""One batch's way: claimed, sent, settled, or held back."""

from datetime import timedelta

import pytest

from audiences import erasure
from audiences.models import Profile
from canvas import engine
from config import schedules
from integrations import checking, outbox, recount, settling
from integrations.models import Attempt, Connection, CustomAudience, SyncBatch
from tests.cast import (
    OTHER_TOKEN,
    connect,
    delay,
    deliver,
    facebook_step,
    fate,
    launch,
    people,
    split,
    step_numbers,
    tick,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_everybody_is_sent_and_goes_on(connection, sandbox, now):
    people(5)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    tick(now)
    assert fate(canvas) == {"synced": 5}
    assert step_numbers(canvas)["wait"]["entered"] == 5
    assert [audience["size"] for audience in sandbox.audiences()] == [5]


def test_who_has_no_chosen_field_is_missing_and_not_sent(connection, sandbox, now):
    people(3), people(2, email=""), people(1, email="not an address")
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert fate(canvas) == {"synced": 3, "missing_fields": 3}
    assert sandbox.audiences()[0]["size"] == 3


def test_a_batch_of_people_without_any_field_needs_no_request(connection, sandbox, now):
    people(2, email="")
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert fate(canvas) == {"missing_fields": 2}
    assert Attempt.objects.get().outcome == "accepted"


def test_a_revoked_token_holds_everybody_until_it_is_replaced(connection, sandbox, now):
    people(4)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    assert fate(canvas) == {"pending": 4}
    batch = SyncBatch.objects.get()
    assert (batch.cause, batch.clock_at) == ("TokenRejected", now)
    assert "revoked" in batch.cause_detail
    connect(OTHER_TOKEN, now + HOUR)
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 4}
    assert Connection.objects.get().pauses == 0


def test_a_deleted_audience_is_told_retried_and_given_up_after_13_hours(connection, sandbox, now):
    people(4)
    canvas = launch(facebook_step(), at=now)
    sandbox.delete_audience(CustomAudience.objects.get().partner_id)
    for hours in (0, 1, 6, 12.9):
        tick(now + hours * HOUR)
        assert fate(canvas) == {"pending": 4}
    assert CustomAudience.objects.get().pause_kind == "AudienceGone"
    tick(now + 13 * HOUR)
    assert fate(canvas) == {"not_synced": 4}
    assert SyncBatch.objects.get().cause == "AudienceGone"


def test_lost_access_is_told_from_a_deleted_audience(connection, sandbox, now):
    people(1)
    launch(facebook_step(), at=now)
    sandbox.access("act_1001", False)
    tick(now)
    assert SyncBatch.objects.get().cause == "AccessLost"


def test_refused_rows_are_not_synced_at_once_with_facebooks_reason(connection, sandbox, now):
    people(10)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("invalid_rows", rows=2)
    tick(now)
    assert fate(canvas) == {"synced": 8, "not_synced": 2}
    refused = SyncBatch.objects.get().members.filter(verdict="refused")
    assert refused.count() == 2 and all(member.reason for member in refused)


def test_a_throttle_is_waited_for_and_starts_no_clock(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("rate_80003", times=1, minutes=40)
    tick(now)
    tick(now + timedelta(minutes=39))
    assert fate(canvas) == {"pending": 3}
    assert SyncBatch.objects.get().clock_at is None
    assert schedules.next_due(now + timedelta(minutes=39)) == now + timedelta(minutes=40)
    tick(now + timedelta(minutes=41))
    assert fate(canvas) == {"synced": 3}


def test_whoever_comes_later_with_a_lower_id_finds_a_place_too(connection, sandbox, now, settings):
    """Somebody overtakes: a batch that fills up may hold a higher entry than those who are still to be handed over."""
    settings.SYNC_BATCH_SIZE = 10
    slow, quick = people(16), people(1, country="FR")
    french = {"attribute": "country", "op": "is", "value": "FR"}
    canvas = launch(split(french, "fb", "wait"), delay(then="fb"), facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    assert fate(canvas) == {"pending": len(quick)}
    SyncBatch.objects.update(state="open", sealed_at=None)
    tick(now + HOUR)
    assert fate(canvas) == {"pending": len(slow + quick)}
    connect(OTHER_TOKEN, now + HOUR)
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 17} and sandbox.audiences()[0]["size"] == 17
    assert list(recount.differences()) == []


def test_who_is_erased_while_her_batch_is_away_keeps_the_answer(connection, sandbox, now):
    (jane,), (joe,) = people(1, email="no address"), people(1)
    canvas = launch(facebook_step(), at=now)
    engine.work(now), outbox.seal(now)
    leased = outbox.claim(now)
    receipt, roll = deliver(leased)
    erasure.erase([jane.external_id], now)
    settling.settle(leased, receipt, roll, now)
    assert fate(canvas) == {"synced": 1, "missing_fields": 1} and joe.pk
    assert list(recount.differences()) == []


def test_nothing_waits_when_all_is_done(connection, sandbox, now):
    people(3)
    launch(facebook_step(), at=now)
    assert schedules.next_due(now) == now
    tick(now)
    assert schedules.next_due(now) == checking.next_due()


def test_whom_exit_criteria_let_out_before_they_were_handed_over_is_withdrawn(connection, now):
    people(3)
    french = {"attribute": "country", "op": "is", "value": "FR"}
    canvas = launch(facebook_step(), at=now, exit={"filter": french})
    assert engine.one_chunk(canvas.pk, now)["people_entered"] == 3
    Profile.objects.filter(external_id="p0").update(country="FR")
    tick(now)
    assert fate(canvas) == {"synced": 2, "withdrawn": 1}
    assert not list(recount.differences())
