"""A custom audience that was deleted at Facebook is made again, once, and everybody is sent to it again."""

from datetime import timedelta

import pytest

from audiences import erasure
from canvas import engine
from config.team.models import AuditEvent
from integrations import outbox, pauses, recount, recreating, settling
from integrations.errors import PartnerError
from integrations.models import CustomAudience, Member, Removal, SyncBatch
from tests.cast import ACCOUNT, TOKEN, facebook_step, fate, launch, people, step_numbers, tick, user
from tests.states import EVERY_STATE, in_every_state

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CREATIONS = {"path_regex": "customaudiences$", "method": "POST"}


def audience() -> CustomAudience:
    return CustomAudience.objects.select_related("ad_account__connection").get()


def found_gone(sandbox, now) -> CustomAudience:
    """Deleted at Facebook, and a probe has seen it."""
    sandbox.delete_audience(audience().partner_id)
    pauses.pause(audience(), recreating.AudienceGone(), now)
    return audience()


@pytest.fixture
def canvas(connection, sandbox, now):
    """Five people who were sent, to an audience that is gone since."""
    people(5)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert fate(canvas) == {"synced": 5}
    found_gone(sandbox, now)
    return canvas


def made(sandbox) -> int:
    """How many audiences were ever made."""
    return len([one for one in sandbox.state()["audiences"] if one["description"].startswith("Filled by")])


def test_everybody_is_sent_again_and_the_numbers_always_add_up(canvas, sandbox, now):
    old, members = audience(), list(Member.objects.values_list("pk", flat=True))
    recreating.recreate(old, now + HOUR, user("Marketer"), "dashboard")
    new = audience()
    assert fate(canvas) == {"pending": 5} and not new.is_faulty and new.state == "ready"
    assert new.partner_id != old.former_ids and new.mark and new.former_ids[0]["until"] == (now + HOUR).isoformat()
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 5} and list(recount.differences()) == []
    assert [one["size"] for one in sandbox.audiences()] == [5] and made(sandbox) == 2
    assert list(Member.objects.values_list("pk", flat=True)) == members
    assert step_numbers(canvas)["fb"]["entered"] == 5
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.target, event.actor.email) == ("audience.recreated", "Win back", "marketer@example.com")
    assert event.details["sent_again"] == 5 and event.details["former_id"] == new.former_ids[0]["id"]


def test_who_waited_goes_before_who_was_sent_before(canvas, sandbox, now):
    people(2)
    canvas.entry_runs.create(planned_at=now + timedelta(minutes=1))
    tick(now + timedelta(minutes=20))
    recreating.recreate(audience(), now + HOUR)
    engine.work(now + HOUR), outbox.seal(now + HOUR)
    first, second = outbox.claim(now + HOUR), outbox.claim(now + HOUR)
    assert (first.batch.size, second.batch.size) == (2, 5)


def test_what_became_of_each_is_decided_anew(connection, sandbox, settings, now):
    canvas = in_every_state(sandbox, settings, now)
    assert fate(canvas) == EVERY_STATE
    erasure.erase(["p2"], now)
    recreating.recreate(found_gone(sandbox, now), now + HOUR)
    assert fate(canvas) == {"pending": 12, "not_synced": 4, "withdrawn": 2}, "given up stays so; p2 is not sent again"
    assert not Member.objects.filter(verdict__in=("missing", "refused")).exists()
    sandbox.clear_faults()
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 11, "missing_fields": 1, "not_synced": 4, "withdrawn": 2}
    assert list(recount.differences()) == []


def test_who_was_given_up_is_sent_again_only_if_it_is_wanted(canvas, sandbox, now):
    SyncBatch.objects.update(state="failed", cause="AudienceGone")
    assert fate(canvas) == {"not_synced": 5}
    recreating.recreate(audience(), now + HOUR, again=True)
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 5}


@pytest.mark.parametrize("fault", ["drop_after", "truncated_json", "http_500_html", "drop_before"])
def test_a_bad_answer_never_makes_two_and_the_worker_finishes_it(canvas, sandbox, now, fault):
    sandbox.fault(fault, CREATIONS)
    if fault in ("drop_after", "truncated_json"):
        recreating.recreate(audience(), now + HOUR)
    else:
        with pytest.raises(PartnerError):
            recreating.recreate(audience(), now + HOUR)
        assert "Making it again did not work yet." in audience().pause_detail and audience().state == "creating"
        assert fate(canvas) == {"pending": 5}
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 5} and made(sandbox) == 2


def test_after_a_crash_the_worker_finishes_it(canvas, sandbox, now):
    """It was begun and committed, the request left, and nobody saw the answer."""
    recreating.begin(audience(), now, None, "test", again=False)
    recreating.creating.take(audience(), now)
    recreating.partner.of(audience().ad_account.connection).create_audience(audience())
    tick(now + timedelta(seconds=60))
    assert audience().state == "creating" and made(sandbox) == 2, "somebody may still be at it"
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 5} and made(sandbox) == 2


def test_who_is_erased_before_the_new_list_knows_her_needs_no_removal(connection, sandbox, now):
    """Also where she went in a half of a batch."""
    people(4)
    launch(facebook_step(), at=now)
    sandbox.fault("too_large", rows=2, times=None)
    tick(now)
    assert SyncBatch.objects.filter(state="split").exists()
    recreating.recreate(found_gone(sandbox, now), now)
    erasure.erase(["p0"], now)
    assert not Removal.objects.exists() and list(recount.differences()) == []
    tick(now + HOUR)
    erasure.erase(["p1"], now + HOUR)
    assert Removal.objects.count() == 1


def test_twice_is_once(canvas, sandbox, now):
    stale = audience()
    recreating.recreate(audience(), now + HOUR)
    with pytest.raises(recreating.NothingToMake, match="It is there"):
        recreating.recreate(audience(), now + HOUR)
    with pytest.raises(recreating.NothingToMake):
        recreating.recreate(stale, now + HOUR)
    assert made(sandbox) == 2


def test_while_another_one_is_at_it_nothing_is_made(canvas, sandbox, now):
    recreating.begin(audience(), now, None, "test", again=False)
    recreating.creating.take(audience(), now)
    with pytest.raises(recreating.NothingToMake, match="being made"):
        recreating.recreate(audience(), now)
    assert made(sandbox) == 1


def test_one_that_is_there_after_all_is_not_made_again(connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    pauses.pause(audience(), recreating.AudienceGone(), now)
    with pytest.raises(recreating.NothingToMake):
        recreating.recreate(audience(), now)
    tick(now)
    assert fate(canvas) == {"synced": 3} and made(sandbox) == 1


def test_where_the_access_is_lost_nothing_is_changed(canvas, sandbox, now):
    sandbox.access(ACCOUNT, False)
    with pytest.raises(PartnerError, match="no access to the ad account"):
        recreating.recreate(audience(), now)
    assert fate(canvas) == {"synced": 5} and audience().state == "ready"


def test_what_stops_the_making_is_told_where_it_belongs_and_mends_itself(canvas, sandbox, now):
    sandbox.account(ACCOUNT, tos_accepted=False)
    with pytest.raises(PartnerError, match="terms"):
        recreating.recreate(audience(), now)
    assert audience().ad_account.pause_kind == "TermsNotAccepted" and recreating.can_be(audience())
    sandbox.account(ACCOUNT, tos_accepted=True)
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 5}


def test_a_token_that_dies_in_between_is_waited_for(canvas, sandbox, now):
    recreating.begin(audience(), now, None, "test", again=False)
    sandbox.revoke(TOKEN)
    tick(now + HOUR)
    assert audience().ad_account.connection.pause_kind == "TokenRejected" and fate(canvas) == {"pending": 5}
    sandbox.restore(TOKEN)
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 5}


def test_an_answer_from_the_old_list_settles_nobody(connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    engine.work(now), outbox.seal(now)
    leased = outbox.claim(now)
    recreating.recreate(found_gone(sandbox, now), now)
    assert not settling.fail(leased, recreating.AudienceGone(), now) and not audience().is_faulty
    tick(now)
    assert fate(canvas) == {"synced": 2} and list(recount.differences()) == []
