"""Settled batches are summed up by the hour: every number stays what it was; what is opened again is counted anew."""

from datetime import timedelta

import pytest

from canvas import engine
from canvas.models import Step
from canvas.ranges import RangeForm
from canvas.steps import registry
from integrations import by_hand, dispatch_by_hand, dispatch_people, numbers, recount, set_back, step_causes
from integrations.audience_list import people_of
from integrations.hourly import BATCHES, DISPATCHES, PARTS
from integrations.models import BatchHour, CustomAudience, Dispatch, DispatchHour, Outlet, SyncBatch
from tests.cast import facebook_step, fate, launch, message, people, tick

HOUR = timedelta(hours=1)
LATER = 3 * HOUR
State = SyncBatch.State


def told(step: Step, now) -> list:
    """All that is told of the batches of a step."""
    groups = sorted(step_causes.groups_of(step), key=lambda row: [str(row[name]) for name in step_causes.KIND])
    ranges = [RangeForm({"range": name}, now).asked() for name in ("all", "today", "yesterday")]
    hours = [numbers.by_hour(asked, audience__step=step) for asked in ranges]
    fates = [numbers.fates([step.pk], asked.cuts) for asked in ranges]
    return [groups, hours, fates, people_of(step.custom_audiences.all())]


@pytest.fixture
def step(connection, now) -> Step:
    """Batches of every state and several causes, settled in the two days before."""
    step = launch(facebook_step(), at=now).steps.get()
    audience = CustomAudience.objects.get()
    for number, state in enumerate([*State, *State, *State]):
        at = now - number * timedelta(hours=2, minutes=7)
        waits = state in (State.OPEN, State.SEALED)
        failed = {"cause": "RateLimited", "cause_detail": f"{number % 2}", "clock_at": at} if state == "failed" else {}
        parts = dict.fromkeys(PARTS[1:], number) if state == "done" else {}
        if state != State.OPEN or number == 0:
            SyncBatch.objects.create(
                audience=audience, state=state, size=0 if state == "split" else 100 + number, created_at=at,
                settled_at=None if waits else at, **failed, **parts,
            )  # fmt: skip
    return step


def test_every_number_stays_what_it_was(step, now):
    before = told(step, now)
    summed = 0
    for until in (now - 20 * HOUR, now):
        assert BATCHES.fold(until) == 1 and BATCHES.fold(until) == 0
        assert BatchHour.objects.count() >= summed + 4 and told(step, now) == before
        summed = BatchHour.objects.count()
    assert list(recount.folds(BATCHES)) == []


def test_numbers_are_read_from_what_is_summed_up(step, now):
    BATCHES.fold(now)
    SyncBatch.objects.filter(settled_at__lt=now - LATER).update(size=0)
    assert people_of(CustomAudience.objects.all()) != {}
    [(synced, _)] = people_of(CustomAudience.objects.all()).values()
    assert synced > 0 and "by the hours" in next(recount.folds(BATCHES))


def test_a_range_begins_and_ends_between_two_hours_that_are_summed_up(step, now):
    BATCHES.fold(now)
    whole, today, yesterday = told(step, now)[1]
    assert today and yesterday and not {at for at, _ in today} & {at for at, _ in yesterday}
    assert [line for line in whole if line in today] == today


@pytest.fixture
def sent(connection, now):
    """Three people were sent, and that is summed up."""
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    tick(now + LATER)
    assert BatchHour.objects.get().size == 3 and CustomAudience.objects.get().summed_until == now + 2 * HOUR
    return canvas


def test_who_is_sent_again_is_counted_where_she_is_now(sent, now):
    step = sent.steps.get()
    assert by_hand.reopen(SyncBatch.objects.filter(audience__step=step), now + LATER) == 3
    assert not BatchHour.objects.exists() and fate(sent) == {"pending": 3}
    tick(now + LATER)
    assert fate(sent) == {"synced": 3} and not BatchHour.objects.exists()
    tick(now + 2 * LATER)
    assert BatchHour.objects.get().settled_at == now + LATER and fate(sent) == {"synced": 3}
    assert list(recount.differences()) == []


def test_a_clock_that_is_set_back_has_the_sums_forgotten(sent, now):
    assert set_back.set_right(now) >= 1
    assert not BatchHour.objects.exists() and fate(sent) == {"synced": 3}
    people(2, city="Rome")
    tick(now + HOUR)
    assert list(recount.differences()) == []


def test_sums_that_are_wrong_are_found(sent):
    BatchHour.objects.update(size=4)
    [found] = recount.folds(BATCHES)
    assert "done: (4, 0, 0, 0, 0) by the hours, (3, 0, 0, 0, 0) by the rows" in found


# People who are sent something one by one


@pytest.fixture
def letters(db, now, sink) -> Step:
    """People of every state, settled in the two days before; nobody has tried to send anything to any of them."""
    people(6)
    step = launch(message(), at=now).steps.get()
    engine.work(now)
    outlet, state = Outlet.objects.get(), Dispatch.State
    entries = list(Dispatch.objects.values_list("entry_id", flat=True))
    for number in range(36):
        one = list(state)[number % 6]
        at, failed = now - number * timedelta(hours=1, minutes=7), one == state.FAILED
        Dispatch.objects.create(
            outlet=outlet, entry_id=entries[0], came_at=at, state=one, cause="Refused" if failed else "",
            status=500 + number % 2 if failed else None,
            settled_at=None if one == state.WAITING else at, next_attempt_at=now if one == state.WAITING else None,
        )  # fmt: skip
    return step


def told_of_letters(step: Step, now) -> list:
    names = registry.get("message").statuses
    groups = sorted(dispatch_people.groups_of(step), key=str)
    ranges = [RangeForm({"range": name}, now).asked() for name in ("all", "today", "yesterday")]
    hours = [dispatch_people.by_hour(step, names, asked) for asked in ranges]
    return [groups, hours, [dispatch_people.fates([step.pk], names, asked.cuts) for asked in ranges]]


def test_every_number_of_messages_stays_what_it_was(letters, now):
    before, summed = told_of_letters(letters, now), 0
    for until in (now - 20 * HOUR, now):
        assert DISPATCHES.fold(until) == 1 and DISPATCHES.fold(until) == 0
        assert DispatchHour.objects.count() >= summed + 5 and told_of_letters(letters, now) == before
        summed = DispatchHour.objects.count()
    assert list(recount.folds(DISPATCHES)) == []
    DispatchHour.objects.filter(state="failed").update(people=0)
    assert told_of_letters(letters, now) != before and "by the hours" in next(recount.folds(DISPATCHES))


def test_who_is_written_to_again_is_counted_where_she_is_now(db, now, sink):
    people(3)
    sink.refused = {"p0@example.com"}
    canvas = launch(message(), at=now)
    tick(now), tick(now + LATER)
    assert fate(canvas, "mail") == {"sent": 2, "failed": 1} and DispatchHour.objects.count() == 2
    sink.refused = set()
    assert dispatch_by_hand.try_now(canvas.steps.get(), now + LATER, again=True) == (1, 1)
    assert not DispatchHour.objects.exists() and fate(canvas, "mail") == {"sent": 2, "pending": 1}
    tick(now + LATER), tick(now + 2 * LATER)
    assert fate(canvas, "mail") == {"sent": 3} and DispatchHour.objects.count() == 2
    assert list(recount.differences()) == []
