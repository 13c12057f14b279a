"""Several requests are under way at once, and what is wrong is met by few of them."""

import pytest

from canvas import engine
from integrations import sync
from integrations.facebook.partner import UserRows
from integrations.models import AdAccount, Attempt
from tests.cast import facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(settings, connection, now):
    """Twelve people on their way in as many batches."""
    settings.SYNC_BATCH_SIZE = 1
    people(12)
    return launch(facebook_step(), at=now)


@pytest.fixture
def under_way(monkeypatch):
    """How many requests were under way when each left."""
    seen, now_under_way, post = [], [], UserRows.post

    def noted(load):
        now_under_way.append(load)
        seen.append(len(now_under_way))
        try:
            return post(load)
        finally:
            now_under_way.remove(load)

    monkeypatch.setattr(UserRows, "post", noted)
    return seen


def test_more_and_more_leave_before_the_first_is_answered(small, sandbox, under_way, now):
    sandbox.fault("slow", times=None, seconds=0.2, path_regex="/users$")
    tick(now)
    assert fate(small) == {"synced": 12} and sandbox.audiences()[0]["size"] == 12
    assert under_way[0] == 1 and 2 < max(under_way) <= sync.AT_ONCE
    assert Attempt.objects.filter(outcome="accepted").count() == 12


def test_a_revoked_token_is_met_by_one_request(small, sandbox, now):
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    assert fate(small) == {"pending": 12} and Attempt.objects.count() == 1


def test_of_those_under_way_each_may_meet_it_but_nobody_after_them(small, sandbox, now):
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    sender = sync.Sender(at_once=3)
    engine.work(now), sync.prepare(now)
    sender.work(lambda: now)
    assert Attempt.objects.count() <= 3 and sender.at_once == 1
    assert fate(small) == {"pending": 12}


def test_near_the_limits_two_never_leave_within_the_gap(small, sandbox, now):
    AdAccount.objects.update(gap=60)
    sender = sync.Sender(at_once=sync.AT_ONCE)
    engine.work(now), sync.prepare(now)
    sender.work(lambda: now)
    assert Attempt.objects.count() == 1
