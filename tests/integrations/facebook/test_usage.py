"""Facebook's usage headers, and the pace that follows from them: slower before the limit, back when the use falls."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import schedules
from integrations.facebook import usage
from integrations.facebook.partner import Facebook
from integrations.models import AdAccount, Attempt
from tests.cast import ACCOUNT, facebook_step, fate, launch, people, tick

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
SHARES, INTERVALS = st.floats(0, 300), st.sampled_from([5, 20])


def headers(app=None, account=None, business=None) -> dict[str, str]:
    told = {"X-App-Usage": app, "x-ad-account-usage": account, "X-Business-Use-Case-Usage": business}
    return {name: json.dumps(value) for name, value in told.items() if value is not None}


def business(**more) -> dict:
    return {"1001": [{"type": "custom_audience", "call_count": 1, "total_cputime": 1, "total_time": 1} | more]}


@pytest.mark.parametrize(
    ("share", "standard", "development"),
    [(0, (5, 0), (20, 0)), (50, (5, 0), (20, 0)), (75, (10, 5), (40, 20)), (90, (25, 20), (100, 80)),
     (94.9, (49, 44), (196, 176)), (95, (50, 45), (200, 180)), (150, (50, 45), (200, 180))],
)  # fmt: skip
def test_the_pace_by_the_share_that_is_used(share, standard, development):
    assert usage.pace(5, share) == usage.Pace(*standard)
    assert usage.pace(20, share) == usage.Pace(*development)


def test_near_the_limit_the_reset_is_waited_for():
    assert usage.pace(5, 96, 300 * SECOND).gap == 300
    assert usage.pace(5, 96, 10 * SECOND).gap == 45
    assert usage.pace(5, 94, 300 * SECOND).gap == usage.pace(5, 94).gap
    assert usage.pace(5, 99, timedelta(hours=9)).gap == 3600


@given(INTERVALS, SHARES, SHARES)
def test_the_more_is_used_the_slower_it_goes(interval, one, other):
    less, more = (usage.pace(interval, share) for share in sorted((one, other)))
    assert interval <= less.interval <= more.interval and 0 <= less.gap <= more.gap <= 3600


@given(INTERVALS, st.floats(0, 94))
def test_it_slows_down_smoothly(interval, share):
    before, after = usage.pace(interval, share), usage.pace(interval, share + 1)
    assert after.interval <= before.interval * 1.25 + 1


@pytest.mark.parametrize("name", ["call_count", "total_cputime", "total_time"])
def test_the_largest_share_of_any_limit_counts(name):
    assert usage.share(headers(app={name: 71, "call_count": 71})) == 71
    assert usage.share(headers(business=business(**{name: 88}), app={"call_count": 3})) == 88
    assert usage.share(headers(account={"acc_id_util_pct": 61.5}, business=business())) == 61.5


def test_seconds_and_minutes_are_not_mixed_up():
    account = {"acc_id_util_pct": 100, "reset_time_duration": 90}
    assert usage.wait(headers(account=account)) == usage.reset(headers(account=account)) == 90 * SECOND
    told = headers(business=business(estimated_time_to_regain_access=7))
    assert usage.wait(told) == usage.reset(told) == 7 * MINUTE
    assert usage.wait(headers(account=account, business=business(estimated_time_to_regain_access=1))) == 90 * SECOND


def test_who_is_not_throttled_need_not_wait_for_the_reset():
    account = {"acc_id_util_pct": 96, "reset_time_duration": 90}
    assert usage.wait(headers(account=account)) is None and usage.reset(headers(account=account)) == 90 * SECOND


def test_a_limit_on_other_calls_is_none_of_ours():
    told = {"1001": [{"type": "ads_insights", "call_count": 100, "estimated_time_to_regain_access": 60}]}
    assert usage.wait(headers(business=told)) is None and usage.share(headers(business=told)) is None
    told["1001"].append({"type": "ads_management", "call_count": 80, "estimated_time_to_regain_access": 2})
    assert usage.wait(headers(business=told)) == 2 * MINUTE and usage.share(headers(business=told)) == 80


def test_no_wait_is_longer_than_a_day():
    assert usage.wait(headers(business=business(estimated_time_to_regain_access=10**9))) == timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"x"', "1", '{"1001": 3}', '{"1001": [3, null, {"call_count": "many"}]}']
)
def test_headers_that_can_t_be_read_tell_nothing(text):
    for name in ("x-app-usage", "x-ad-account-usage", "x-business-use-case-usage"):
        told = {name: text}
        assert usage.wait(told) is None and usage.reset(told) is None and usage.tier(told) == ""
        assert not usage.share(told)


@given(st.dictionaries(st.sampled_from(["x-app-usage", "X-Ad-Account-Usage"]), st.text()))
def test_whatever_a_header_holds_it_raises_nothing(told):
    assert usage.share(told) is None or usage.share(told) >= 0
    usage.wait(told), usage.tier(told), usage.reset(told)


def account() -> AdAccount:
    return AdAccount.objects.get(account_id=ACCOUNT)


@pytest.mark.django_db
def test_sending_slows_down_and_comes_back(connection, sandbox, now, settings):
    settings.SYNC_BATCH_SIZE = 2
    people(6)
    sandbox.account(ACCOUNT, usage=90)
    canvas = launch(facebook_step(), at=now)
    assert (account().used, account().gap, account().send_interval) == (90, 20, 25)
    assert "90 % of Facebook's limit" in Facebook().account_note(account())
    tick(now)
    assert fate(canvas) == {"synced": 2, "pending": 4}
    assert schedules.next_due(now) == now + 20 * SECOND
    tick(now + 19 * SECOND)
    assert Attempt.objects.count() == 1
    sandbox.account(ACCOUNT, usage=10)
    tick(now + 20 * SECOND)
    assert fate(canvas) == {"synced": 6} and (account().used, account().gap, account().send_interval) == (10, 0, 5)
    assert account().next_send_at is None and "limit" not in Facebook().account_note(account())


@pytest.mark.django_db
def test_an_account_that_is_nearly_at_its_limit_waits_for_the_reset_and_others_do_not(
    connection, sandbox, now, settings
):
    settings.SYNC_BATCH_SIZE = 2
    people(4)
    sandbox.account(ACCOUNT, usage=97, reset_seconds=240), sandbox.account("act_1004", user_tasks=["ADVERTISE"])
    full, free = (
        launch(facebook_step(ad_account=name, audience_name="Win back"), at=now, name=name)
        for name in (ACCOUNT, "act_1004")
    )
    tick(now)
    assert fate(full) == {"synced": 2, "pending": 2} and fate(free) == {"synced": 4}
    tick(now + 239 * SECOND)
    assert fate(full)["pending"] == 2
    tick(now + 240 * SECOND)
    assert fate(full) == {"synced": 4}


@pytest.mark.django_db
def test_slow_is_not_throttled_and_starts_no_clock(connection, sandbox, now, settings):
    settings.SYNC_BATCH_SIZE = 1
    people(2)
    sandbox.account(ACCOUNT, usage=80)
    launch(facebook_step(), at=now)
    tick(now)
    assert account().paused_until is None and not account().pauses
    assert not AdAccount.objects.filter(custom_audiences__batches__clock_at__isnull=False).exists()
