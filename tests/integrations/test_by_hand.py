"""Try now, send again, cancel: what a person may do about people on their way."""

from datetime import timedelta

import pytest

from audiences import erasure
from canvas import engine
from canvas import launch as launching
from canvas.models import Canvas
from integrations import by_hand, outbox, pauses, recount, settling
from integrations.errors import AudienceGone, Unavailable
from integrations.models import CustomAudience, SyncBatch
from tests.cast import deliver, facebook_step, fate, launch, people, tick
from tests.states import in_every_state

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def step_of(canvas: Canvas):
    return canvas.steps.get(key="fb")


def batches(canvas: Canvas):
    return SyncBatch.objects.filter(audience__step__canvas=canvas)


@pytest.fixture
def everything(connection, sandbox, settings, now) -> Canvas:
    return in_every_state(sandbox, settings, now)


class TestTryNow:
    def test_what_waits_gets_a_new_clock_and_what_was_given_up_stays(self, everything, now):
        assert by_hand.try_now(step_of(everything), now + HOUR) == (7, 0)
        waiting = SyncBatch.objects.filter(state="sealed")
        assert set(waiting.values_list("clock_at", "tries", "next_attempt_at")) == {(None, 0, now + HOUR)}
        tick(now + HOUR)
        assert fate(everything) == {"synced": 11, "missing_fields": 1, "not_synced": 5, "withdrawn": 1}

    def test_who_was_given_up_goes_too_if_it_is_wanted(self, everything, now):
        assert by_hand.try_now(step_of(everything), now + HOUR, again=True) == (11, 4)
        assert fate(everything)["pending"] == 11
        tick(now + HOUR)
        assert fate(everything) == {"synced": 15, "missing_fields": 1, "not_synced": 1, "withdrawn": 1}
        assert list(recount.differences()) == []

    def test_only_those_of_one_cause(self, everything, now):
        assert by_hand.try_now(step_of(everything), now, ["TokenRejected"], again=True) == (7, 0)
        assert by_hand.try_now(step_of(everything), now, ["Unavailable"], again=True) == (11, 4)

    def test_who_was_erased_since_is_withdrawn_and_not_sent(self, everything, sandbox, now):
        erased = SyncBatch.objects.get(state="failed").members.first().profile
        erasure.erase([erased.external_id], now)
        assert by_hand.try_now(step_of(everything), now, again=True) == (10, 3)
        tick(now + HOUR)
        assert fate(everything)["withdrawn"] == 2 and list(recount.differences()) == []

    def test_what_holds_them_back_is_asked_about_and_nobody_is_sent_to_find_out(self, connection, sandbox, now):
        people(3)
        canvas = launch(facebook_step(), at=now)
        tick_held_back(now)
        by_hand.try_now(step_of(canvas), now + timedelta(seconds=1))
        tick(now + timedelta(seconds=1))
        assert fate(canvas) == {"synced": 3}


def tick_held_back(now):
    pauses.pause(CustomAudience.objects.get(), AudienceGone(), now)
    engine.work(now), outbox.seal(now + HOUR), pauses.hold_all(now)


class TestCancel:
    def test_everybody_who_waits_is_withdrawn_for_good(self, everything, now):
        assert by_hand.cancel(batches(everything), now) == by_hand.Waiting(7, 0)
        assert fate(everything) == {"synced": 4, "missing_fields": 1, "not_synced": 5, "withdrawn": 8}
        by_hand.try_now(step_of(everything), now, again=True)
        tick(now + HOUR)
        assert fate(everything)["withdrawn"] == 8 and list(recount.differences()) == []

    @pytest.mark.parametrize("answer", ["accepted", "refused"])
    def test_who_is_on_the_wire_is_not_called_back_and_that_is_said(self, connection, now, settings, answer):
        settings.SYNC_BATCH_SIZE = 2
        people(5)
        canvas = launch(facebook_step(), at=now)
        engine.work(now)
        leased = outbox.claim(now)
        assert by_hand.cancel(batches(canvas), now) == by_hand.Waiting(3, 2)
        if answer == "accepted":
            settling.settle(leased, *deliver(leased), now)
            assert fate(canvas) == {"synced": 2, "withdrawn": 3}
        else:
            settling.fail(leased, Unavailable(), now)
            assert fate(canvas) == {"pending": 2, "withdrawn": 3}
            assert by_hand.cancel(batches(canvas), now) == by_hand.Waiting(2, 0)
        assert list(recount.differences()) == []

    def test_who_comes_later_is_sent(self, connection, now):
        people(2)
        canvas = launch(facebook_step(), at=now)
        engine.work(now)
        by_hand.cancel(batches(canvas), now)
        people(1), canvas.entry_runs.create(planned_at=now + HOUR)
        tick(now + HOUR)
        assert fate(canvas) == {"synced": 1, "withdrawn": 2}


class TestStop:
    def test_who_was_handed_over_goes_on(self, connection, sandbox, now):
        people(3)
        canvas = launch(facebook_step(), at=now)
        sandbox.fault("code_2", {"path_regex": "/users"})
        tick(now)
        launching.stop(canvas)
        tick(now + HOUR)
        assert fate(canvas) == {"synced": 3}


class TestComingAgain:
    def test_who_enters_again_is_sent_again_whatever_became_of_the_first_time(self, connection, sandbox, now):
        people(2)
        canvas = launch(facebook_step(), at=now, reentry={"allowed": True, "after": "PT1H"})
        sandbox.delete_audience(CustomAudience.objects.get().partner_id)
        tick(now), tick(now + 13 * HOUR)
        assert fate(canvas) == {"not_synced": 2}
        pauses.lift(CustomAudience.objects.get())
        CustomAudience.objects.update(partner_id=sandbox_twin(sandbox))
        canvas.entry_runs.create(planned_at=now + 14 * HOUR)
        tick(now + 14 * HOUR)
        assert fate(canvas) == {"not_synced": 2, "synced": 2} and SyncBatch.objects.count() == 2


def sandbox_twin(sandbox) -> str:
    """Another list, made at Facebook by hand."""
    return sandbox.world.add_audience("act_1001", name="By hand").id
