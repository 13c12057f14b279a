"""A batch that Facebook can't take as it is: one bad row keeps nobody else out, and what is too large goes in parts."""

from datetime import timedelta
from hashlib import sha256

import pytest

from audiences import erasure
from config import schedules
from integrations import by_hand, halving, recount, step_causes, step_people
from integrations.models import Attempt, CustomAudience, Member, SyncBatch
from tests.cast import facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MANY = 40


def poison(sandbox, *profiles) -> None:
    """Facebook refuses every request that holds one of these people."""
    for profile in profiles:
        cell = sha256(profile.email.encode()).hexdigest()
        sandbox.fault("refused_100", path_regex="/users", cell=cell, times=None)


def uploads(sandbox) -> list[int]:
    return [line["rows"] for line in sandbox.ledger() if line["path"].endswith("/users")]


def sound() -> None:
    assert list(recount.differences()) == []


def names(canvas, status: str) -> list[str]:
    return [person.external_id for person in step_people.people(canvas.steps.get(key="fb"), status, "", 100).people]


@pytest.mark.parametrize("place", [0, 19, 20, MANY - 1])
def test_one_bad_row_ends_alone_with_facebooks_reason(connection, sandbox, now, place):
    everybody = people(MANY)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, everybody[place])
    tick(now)
    assert fate(canvas) == {"synced": MANY - 1, "not_synced": 1}
    assert names(canvas, "not_synced") == [everybody[place].external_id]
    assert len(names(canvas, "synced")) == MANY - 1 == sandbox.audiences()[0]["size"]
    assert len(uploads(sandbox)) <= 13
    bad = SyncBatch.objects.get(state="failed")
    assert (bad.cause, bad.size, bad.clock_at) == ("RowRefused", 1, now)
    assert bad.attempts_made > 4 and bad.attempts.get().code == 100
    assert CustomAudience.objects.get().pauses == 0
    sound()


def test_its_page_says_why_and_members_are_never_made_anew(connection, sandbox, now):
    everybody = people(MANY)
    canvas = launch(facebook_step(), at=now)
    schedules.engine.work(now)
    before = set(Member.objects.values_list("pk", "entry_id", "profile_id"))
    poison(sandbox, everybody[3])
    tick(now)
    assert set(Member.objects.values_list("pk", "entry_id", "profile_id")) == before
    [cause] = [one for one in step_causes.of_step(canvas.steps.get(key="fb"), now) if one.people]
    assert (cause.state, cause.people) == ("not_synced", 1) and "this very person" in cause.title
    assert cause.answer.code == 100


def test_a_request_that_is_always_refused_pauses_the_audience_and_says_so(connection, sandbox, now):
    people(MANY)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("refused_100", path_regex="/users", times=None)
    tick(now)
    audience = CustomAudience.objects.get()
    assert uploads(sandbox) == [40, 20, 20] and fate(canvas) == {"pending": MANY}
    assert audience.pause_kind == "RequestRefused" and "Both halves" in audience.pause_detail
    sound()
    sandbox.clear_faults()
    tick(now + HOUR)
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": MANY} and CustomAudience.objects.get().pauses == 0
    sound()


def test_what_is_refused_for_all_its_time_is_given_up_with_the_cause(connection, sandbox, now):
    people(4)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("refused_100", path_regex="/users", times=None)
    for hours in (0, 6, 12, 12.9):
        tick(now + hours * HOUR)
    assert fate(canvas) == {"pending": 4}
    tick(now + 13 * HOUR)
    tick(now + 13 * HOUR + MINUTE)
    assert fate(canvas) == {"not_synced": 4}
    assert set(SyncBatch.objects.exclude(state="split").values_list("cause", flat=True)) == {"RequestRefused"}
    sound()


def test_two_bad_rows_in_both_halves_pause_until_others_were_taken(connection, sandbox, now):
    everybody = people(MANY)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, everybody[0], everybody[-1])
    tick(now)
    assert CustomAudience.objects.get().pause_kind == "RequestRefused"
    tick(now + HOUR)
    assert fate(canvas) == {"pending": MANY} and CustomAudience.objects.get().pauses == 2
    people(3)
    canvas.entry_runs.create(planned_at=now + 2 * HOUR)
    for hours in range(2, 6):
        tick(now + hours * HOUR)
    assert fate(canvas) == {"synced": MANY + 1, "not_synced": 2}
    assert len(uploads(sandbox)) < 40
    sound()


def test_three_bad_rows_cost_no_more_than_the_budget_and_nobody_else(connection, sandbox, now):
    everybody = people(MANY)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, *everybody[:3])
    for minutes in range(0, 300, 30):
        tick(now + minutes * MINUTE)
        sound()
    assert fate(canvas) == {"synced": MANY - 3, "not_synced": 3}
    assert len(uploads(sandbox)) <= halving.MOST_REQUESTS


def test_when_the_requests_are_used_up_the_rest_is_given_up(connection, sandbox, now, monkeypatch):
    monkeypatch.setattr(halving, "MOST_REQUESTS", 5)
    everybody = people(MANY)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, everybody[0])
    tick(now)
    assert fate(canvas) == {"synced": 30, "not_synced": 10} and len(uploads(sandbox)) == 5
    assert "5 requests were used up" in SyncBatch.objects.get(state="failed").cause_detail
    sound()


def test_a_lone_bad_row_is_told_by_the_others_that_are_taken(connection, sandbox, now):
    """Its batch has no halves; it holds nobody back, and ends once the audience took something else."""
    (bad,) = people(1)
    canvas = launch(facebook_step(), at=now, reentry={"allowed": True})
    poison(sandbox, bad)
    tick(now)
    assert fate(canvas) == {"pending": 1} and CustomAudience.objects.get().paused_until is None
    people(3)
    canvas.entry_runs.create(planned_at=now + MINUTE)
    tick(now + MINUTE), tick(now + HOUR)
    assert fate(canvas)["not_synced"] >= 1 and fate(canvas)["synced"] == 3
    assert SyncBatch.objects.filter(cause="RowRefused").exists()
    sound()


def test_lone_rows_that_are_all_refused_pause_the_audience(connection, sandbox, now):
    people(1)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("refused_100", path_regex="/users", times=None)
    tick(now)
    people(1)
    canvas.entry_runs.create(planned_at=now + 6 * timedelta(seconds=1))
    tick(now + 6 * timedelta(seconds=1))
    assert CustomAudience.objects.get().pause_kind == "RequestRefused"


def test_trips_of_one_person_stay_together(connection, sandbox, now):
    jane, _ = people(2)
    canvas = launch(facebook_step(), at=now, reentry={"allowed": True})
    schedules.engine.work(now)
    later = now + timedelta(seconds=1)
    canvas.entry_runs.create(planned_at=later)
    schedules.engine.work(later)
    assert SyncBatch.objects.get().size == 4
    poison(sandbox, jane)
    tick(later)
    assert fate(canvas) == {"synced": 2, "not_synced": 2} and uploads(sandbox) == [2, 1, 1]
    sound()


def test_a_half_without_anybody_to_send_says_nothing_of_the_other(connection, sandbox, now):
    bad, *_ = people(2)
    people(14, email="")
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, bad)
    tick(now), tick(now + HOUR)
    assert fate(canvas) == {"synced": 1, "not_synced": 1, "missing_fields": 14}
    sound()


def test_who_is_erased_on_the_way_is_withdrawn_and_counted_once(connection, sandbox, now):
    everybody = people(8)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("refused_100", path_regex="/users", times=3)
    tick(now)
    assert fate(canvas) == {"pending": 8}
    erasure.erase([everybody[2].external_id], now)
    assert fate(canvas) == {"pending": 7, "withdrawn": 1}
    sound()
    tick(now + HOUR), tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 7, "withdrawn": 1}
    sound()


def test_what_a_person_starts_anew_is_really_sent_again(connection, sandbox, now):
    """Not judged by what it met before: her data may have been corrected since."""
    everybody = people(8)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, everybody[0])
    tick(now)
    assert fate(canvas) == {"synced": 7, "not_synced": 1}
    sandbox.clear_faults()
    by_hand.reopen(SyncBatch.objects.all(), now + HOUR)
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 8}
    sound()


@pytest.mark.parametrize("knobs", [{}, {"html": True, "status": 413}])
def test_what_is_too_large_goes_in_parts(connection, sandbox, now, knobs):
    people(MANY)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("too_large", rows=12, times=None, **knobs)
    tick(now)
    assert fate(canvas) == {"synced": MANY} and uploads(sandbox) == [40, 20, 20, 10, 10, 10, 10]
    assert Attempt.objects.filter(outcome="TooLarge").count() == 3
    sound()


def test_what_is_too_large_in_any_size_waits_when_its_requests_are_used_up(connection, sandbox, now, monkeypatch):
    monkeypatch.setattr(halving, "MOST_REQUESTS", 6)
    people(MANY)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("too_large", rows=0, times=None)
    tick(now)
    assert fate(canvas) == {"pending": MANY}
    sandbox.clear_faults()
    tick(now + HOUR)
    assert fate(canvas) == {"synced": MANY}
    sound()


def test_after_three_tries_a_large_request_is_halved_on_a_guess(connection, sandbox, now, monkeypatch):
    monkeypatch.setattr(halving, "SMALL", 30)
    people(MANY)
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("error", code=1, path_regex="/users", times=3)
    for hours in range(3):
        assert fate(canvas) == ({"pending": MANY} if hours else {})
        tick(now + hours * HOUR)
    assert fate(canvas) == {"synced": MANY} and uploads(sandbox) == [40, 40, 40, 20, 20]
    sound()


def test_a_crash_of_the_half_that_helps_leaves_the_other_to_its_next_try(connection, sandbox, now):
    """Deciding after a success is a transaction of its own: without it, the next refusal decides."""
    everybody = people(8)
    canvas = launch(facebook_step(), at=now)
    poison(sandbox, everybody[0])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(halving, "follow", lambda batch, now: None)
        tick(now)
        assert fate(canvas) == {"synced": 4, "pending": 4}
    tick(now + HOUR), tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 7, "not_synced": 1}
    sound()
