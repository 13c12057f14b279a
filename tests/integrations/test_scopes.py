"""What holds back what, how each trouble is told, and what lets people through again at once."""

from datetime import timedelta

import pytest

from audiences import erasure
from canvas import engine
from config import schedules
from integrations import checking, health, outbox, pauses, settling
from integrations.errors import AccessLost, AudienceFlagged, AudienceGone, RateLimited, TermsNotAccepted, TokenRejected
from integrations.facebook.standing import accepted
from integrations.models import AdAccount, Connection, CustomAudience, Pausable, SyncBatch
from tests.cast import ACCOUNT, OTHER_TOKEN, TOKEN, connect, facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
UPLOADS = {"path_regex": "/users$"}


@pytest.fixture
def canvas(connection, now):
    people(3)
    return launch(facebook_step(), at=now)


def audience() -> CustomAudience:
    return CustomAudience.objects.select_related("ad_account__connection").get()


def held_back() -> list[Pausable]:
    """Every scope that a fault holds back."""
    rows = (model.objects.all() for model in pauses.SCOPES)
    return [scope for some in rows for scope in some if scope.is_faulty]


def delete(sandbox):
    sandbox.delete_audience(audience().partner_id)


def flag(sandbox):
    sandbox.flag_audience(audience().partner_id)


def take_access(sandbox):
    sandbox.access(ACCOUNT, False)


def take_access_and_delete(sandbox):
    delete(sandbox), take_access(sandbox)


def refuse_terms(sandbox):
    sandbox.fault("error", UPLOADS, code=200, subcode=1870090, times=None)
    sandbox.account(ACCOUNT, tos_accepted=False)


def lose_the_task(sandbox):
    sandbox.fault("error", UPLOADS, code=200, times=None)


def narrow_the_token(sandbox):
    lose_the_task(sandbox)
    sandbox.add_token(TOKEN, scopes=["ads_read"])


def revoke(sandbox):
    sandbox.revoke(TOKEN)


TROUBLES = {
    delete: ("audience", "AudienceGone", "deleted at Facebook", "Recreate it"),
    flag: ("audience", "AudienceFlagged", "Facebook flagged the custom audience", "Appeal in Audience Manager"),
    take_access: ("account", "AccessLost", "no access to the ad account", "Assign the ad account"),
    take_access_and_delete: ("account", "AccessLost", "no access to the ad account", "Assign the ad account"),
    refuse_terms: ("account", "TermsNotAccepted", "terms of the ad account are not accepted", "A person with a role"),
    lose_the_task: ("account", "TaskMissing", "may not change the ad account", "the task to manage campaigns"),
    narrow_the_token: ("connection", "PermissionMissing", "lacks a permission", "ads_management"),
    revoke: ("connection", "TokenRejected", "token is not accepted any more", "Replace it on Technology Partners"),
}


@pytest.mark.parametrize("break_it", TROUBLES)
def test_each_trouble_holds_back_its_scope_and_says_its_own_cure(canvas, sandbox, now, break_it):
    scope, kind, headline, cure = TROUBLES[break_it]
    break_it(sandbox)
    tick(now)
    (trouble,) = health.troubles_of(audience(), now)
    assert (trouble.kind, [one.pause_kind for one in held_back()]) == (scope, [kind])
    assert headline in trouble.headline and cure in trouble.cure and trouble.waiting == 3
    assert SyncBatch.objects.get().cause == kind


@pytest.mark.parametrize("code", [3, 270, 294])
def test_what_the_app_may_not_is_no_matter_of_one_account(canvas, sandbox, now, code):
    sandbox.fault("error", **UPLOADS, code=code)
    tick(now)
    assert [(type(one), one.pause_kind) for one in held_back()] == [(Connection, "PermissionMissing")]


def test_a_removal_holds_back_the_same_as_a_send(canvas, sandbox, now):
    tick(now)
    lose_the_task(sandbox)
    erasure.erase(["p0"], now)
    tick(now + HOUR)
    assert [(type(one), one.pause_kind) for one in held_back()] == [(AdAccount, "TaskMissing")]


def test_the_others_go_on(connection, sandbox, now):
    """A trouble of one audience is none of the account's others."""
    people(3)
    first = launch(facebook_step(), at=now)
    delete(sandbox)
    second = launch(facebook_step(audience_name="Second"), at=now, name="Second")
    tick(now)
    assert (fate(first), fate(second)) == ({"pending": 3}, {"synced": 3})


MENDED = {
    flag: lambda sandbox: sandbox.flag_audience(audience().partner_id, ()),
    take_access: lambda sandbox: sandbox.access(ACCOUNT, True),
    refuse_terms: lambda sandbox: (sandbox.clear_faults(), sandbox.account(ACCOUNT, tos_accepted=True)),
}


@pytest.mark.parametrize("break_it", MENDED)
@pytest.mark.parametrize("ask", ["check now", "replaced token", "retry now"])
def test_what_was_mended_resumes_at_once_with_a_new_clock(canvas, sandbox, now, break_it, ask):
    break_it(sandbox)
    tick(now)
    MENDED[break_it](sandbox)
    scope, later = held_back()[0], now + timedelta(seconds=1)
    assert scope.paused_until > later or scope.pauses
    if ask == "check now":
        checking.check(Connection.objects.get(), later)
    elif ask == "replaced token":
        connect(OTHER_TOKEN, later)
    else:
        pauses.resume(scope, later)
    tick(later)
    assert fate(canvas) == {"synced": 3} and held_back() == []


def test_a_new_token_asks_whether_the_rest_is_mended_and_sends_nobody_to_find_out(canvas, sandbox, now):
    delete(sandbox)
    tick(now)
    uploads = len([line for line in sandbox.ledger() if line["path"].endswith("/users")])
    connect(OTHER_TOKEN, now + 5 * HOUR)
    assert schedules.next_due(now + 5 * HOUR) == now + 5 * HOUR
    tick(now + 5 * HOUR)
    assert len([line for line in sandbox.ledger() if line["path"].endswith("/users")]) == uploads
    assert audience().pause_kind == "AudienceGone" and SyncBatch.objects.get().clock_at == now + 5 * HOUR


def test_a_new_token_is_no_reason_to_come_back_before_facebook_allows_it(canvas, now):
    pauses.pause(AdAccount.objects.get(account_id=ACCOUNT), RateLimited(wait=HOUR), now)
    connect(OTHER_TOKEN, now)
    tick(now)
    assert fate(canvas) == {"pending": 3}
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 3}


def test_the_old_tokens_last_answer_does_not_hold_back_the_new_one(canvas, sandbox, now):
    engine.work(now), outbox.seal(now)
    leased = outbox.claim(now)
    connect(OTHER_TOKEN, now + timedelta(seconds=1))
    settling.fail(leased, TokenRejected("It was revoked."), now + timedelta(seconds=2))
    assert held_back() == []
    tick(now + timedelta(seconds=2))
    assert fate(canvas) == {"synced": 3}


@pytest.mark.parametrize("code", [10, 100, 200])
def test_where_the_terms_are_not_told_only_a_try_can_tell(canvas, sandbox, now, code):
    account = AdAccount.objects.get(account_id=ACCOUNT)
    pauses.pause(account, TermsNotAccepted(), now)
    account.refresh_from_db()
    if code == 100:
        sandbox.fault("error", {"path_regex": f"{ACCOUNT}$"}, code=100, after=1)
    else:
        sandbox.fault("field_refused", field="tos_accepted", code=code)
    assert pauses.probe(account, now)


def test_what_is_said_of_the_token_is_what_facebook_said_last(canvas, sandbox, now):
    """No check in between: a send and a probe tell as well."""
    revoke(sandbox)
    tick(now)
    connection = Connection.objects.get()
    assert connection.facts["valid"] is False and "revoked" in accepted(connection).words
    sandbox.restore(TOKEN)
    pauses.lift(connection)
    connection.refresh_from_db()
    assert accepted(connection).tone == "bad", "nothing has shown yet that it is well"
    tick(now + HOUR)
    connection = Connection.objects.get()
    assert fate(canvas) == {"synced": 3} and connection.facts["valid"] and "reason" not in connection.facts
    assert connection.checked_at == now + HOUR and accepted(connection).tone == "good"


def test_the_kinds_of_100_33_differ_in_all_that_a_person_reads():
    told = [(kind.__doc__, kind.cure) for kind in (AudienceGone, AudienceFlagged, AccessLost)]
    assert len({words for pair in told for words in pair}) == 6


def test_however_much_holds_a_canvas_back_it_is_told_by_two_queries(
    connection, sandbox, now, django_assert_num_queries
):
    people(3)
    steps = [facebook_step(f"fb{n}", f"fb{n + 1}" if n < 2 else None, audience_name=f"A {n}") for n in range(3)]
    canvas = launch(*steps, at=now)
    engine.work(now)
    CustomAudience.objects.update(pause_kind="AudienceFlagged", paused_since=now, paused_until=now + HOUR)
    AdAccount.objects.filter(pk=audience_account()).update(
        pause_kind="RateLimited", paused_since=now, paused_until=now + HOUR
    )
    with django_assert_num_queries(2):
        found = health.troubles_in(canvas, health.scopes_of(canvas), now)
    assert [(trouble.kind, trouble.waiting) for trouble, _ in found] == [("account", 9), *[("audience", 3)] * 3]


def audience_account() -> int:
    return CustomAudience.objects.values_list("ad_account", flat=True)[0]
