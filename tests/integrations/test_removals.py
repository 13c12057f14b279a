"""Somebody is erased: she is taken out of every custom audience that she may be in, and the receipt tells the truth."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences import erasure
from audiences.models import Erasure, Profile
from audiences.track import track
from canvas import engine
from canvas.models import EntryRun
from config import schedules
from integrations import checking, outbox, recount, recreating, removing, settling
from integrations.errors import TooLarge, Unavailable
from integrations.models import AdAccount, CustomAudience, Identity, Removal
from integrations.receipts import places
from tests.cast import OTHER_TOKEN, TOKEN, connect, deliver, facebook_step, fate, launch, people, tick
from tests.factories import ProfileFactory

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def small(sandbox):
    """Facebook lets anybody go, however few stay."""
    sandbox.settings(delete_minimum=0)


def sent(now, count: int = 3, **fields):
    """A Canvas whose people p0, p1 ... are in its custom audience."""
    people(count, **fields)
    canvas = launch(facebook_step(fields=["email", "phone"]), at=now)
    tick(now)
    return canvas


def erase(who: str, now) -> Erasure:
    return erasure.erase([who], now)[who]


def told(receipt: Erasure, now) -> list[tuple[str, str]]:
    """State and words of each place on a receipt."""
    return [(place.state, place.words) for place in places([receipt], now)[receipt.pk]]


def removals(sandbox) -> list[dict]:
    return [entry for entry in sandbox.ledger() if entry["method"] == "DELETE"]


def held(sandbox) -> int:
    return sandbox.audiences()[0]["size"]


def nothing_differs() -> bool:
    assert list(recount.differences()) == []
    return True


def test_who_was_sent_is_taken_out_again_and_the_cells_go(connection, sandbox, small, now):
    canvas = sent(now)
    receipt = erase("p1", now)
    assert told(receipt, now) == [("Waiting", "It is sent within a moment.")] and Identity.objects.count() == 1
    tick(now)
    assert (held(sandbox), receipt.places, fate(canvas)) == (2, 1, {"synced": 3})
    [(state, words)] = told(receipt, now)
    assert state == "Removed" and "Facebook has accepted it" in words
    assert Identity.objects.count() == 0 and schedules.next_due(now) == checking.next_due() and nothing_differs()


def test_who_was_never_sent_is_not_named_to_facebook(connection, sandbox, small, now):
    people(2), people(1, email="no address")
    launch(facebook_step(), at=now)
    tick(now)
    stranger = Profile.objects.create(external_id="stranger", email="stranger@example.com")
    Profile.objects.filter(external_id="p2").update(email="known.later@example.com")
    for who in (stranger.external_id, "p2"):
        assert told(erase(who, now), now) == []
    tick(now)
    assert (removals(sandbox), Removal.objects.count()) == ([], 0) and nothing_differs()


def test_several_who_are_erased_leave_in_one_request(connection, sandbox, small, now):
    sent(now, 5)
    erasure.erase([f"p{number}" for number in range(4)], now)
    tick(now)
    assert [entry["rows"] for entry in removals(sandbox)] == [4]
    assert held(sandbox) == 1 and nothing_differs()


def test_she_leaves_every_custom_audience_that_she_was_sent_to(connection, sandbox, small, now):
    sent(now)
    launch(facebook_step(audience_name="Other", fields=["phone", "email"]), name="Other", at=now)
    tick(now)
    receipt = erase("p0", now)
    tick(now)
    assert [state for state, _ in told(receipt, now)] == ["Removed", "Removed"]
    assert sorted(audience["size"] for audience in sandbox.audiences()) == [2, 2]


# Former identities


def say(who: str, now, **attributes) -> None:
    track({"attributes": [{"external_id": who, **attributes}]}, now)


def test_former_identities_are_taken_out_with_the_last_one(connection, sandbox, small, now):
    canvas = sent(now)
    say("p1", now, email="jane@new.example", phone="+1 650 555 1212")
    again(canvas, now)
    tick(now + HOUR)
    assert held(sandbox) == 4
    say("p1", now, email=None)
    erase("p1", now)
    tick(now + HOUR)
    assert held(sandbox) == 2 and [entry["rows"] for entry in removals(sandbox)] == [3] and nothing_differs()


def again(canvas, now) -> None:
    """Everybody may come once more: a second trip."""
    source = canvas.live_version.document | {"reentry": {"allowed": True, "after": "PT1M"}}
    type(canvas.live_version).objects.filter(pk=canvas.live_version_id).update(document=source)
    EntryRun.objects.create(canvas=canvas, planned_at=now + HOUR)


def test_nothing_is_kept_of_changes_that_don_t_count(connection, sandbox, now):
    sent(now)
    Profile.objects.create(external_id="stranger", email="stranger@example.com")
    say("stranger", now, email="other@example.com")
    say("p1", now, email="p1@example.com", language="fr", first_name="Jane", loyal=True)
    assert Identity.objects.count() == 0
    for email in ("a@example.com", "p1@example.com", "a@example.com", "p1@example.com"):
        say("p1", now, email=email)
    assert Identity.objects.count() == 2


def test_changes_of_many_take_a_constant_number_of_statements(connection, sandbox, now):
    sent(now, 30)

    def statements(first: int, last: int) -> int:
        rows = [{"external_id": f"p{n}", "email": f"new{n}@example.com"} for n in range(first, last)]
        with CaptureQueriesContext(database) as captured:
            track({"attributes": rows}, now)
        return len(captured)

    assert statements(0, 2) == statements(2, 30) and Identity.objects.count() == 30


def test_cells_are_kept_encrypted(connection, sandbox, now):
    sent(now)
    say("p1", now, email="new@example.com")
    with database.cursor() as cursor:
        cursor.execute("SELECT cells FROM integrations_identity")
        assert "EMAIL" not in str(cursor.fetchone()[0])
    assert "EMAIL" in Identity.objects.get().cells


# Never overtaken


def claimed(now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    engine.work(now), outbox.seal(now)
    return canvas, outbox.claim(now)


def test_a_removal_waits_until_the_request_with_her_is_answered(connection, sandbox, small, now):
    canvas, claim = claimed(now)
    receipt, roll = deliver(claim)
    ours = erase("p1", now)
    assert not removing.work(now) and held(sandbox) == 3
    settling.settle(claim, receipt, roll, now)
    tick(now)
    assert held(sandbox) == 2 and told(ours, now)[0][0] == "Removed" and nothing_differs()


def test_before_her_batch_is_read_there_is_nothing_to_remove(connection, sandbox, small, now):
    canvas, claim = claimed(now)
    ours = erase("p1", now)
    receipt, roll = deliver(claim)
    settling.settle(claim, receipt, roll, now)
    tick(now)
    assert told(ours, now) == [] and held(sandbox) == 2 and fate(canvas) == {"synced": 2, "withdrawn": 1}


def test_a_request_without_an_answer_is_waited_for_as_long_as_its_lease(connection, sandbox, small, now, settings):
    """It timed out on our side; the partner may still be working on it."""
    canvas, claim = claimed(now)
    deliver(claim)
    settling.fail(claim, Unavailable("No answer."), now)
    erase("p1", now)
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    assert not removing.work(now + lease) and schedules.next_due(now) <= now + lease
    tick(now + lease + timedelta(seconds=1))
    assert held(sandbox) == 2 and fate(canvas) == {"synced": 2, "withdrawn": 1}


def test_a_request_of_a_batch_that_was_halved_since_is_waited_for_too(connection, sandbox, small, now, settings):
    canvas, claim = claimed(now)
    deliver(claim)
    settling.fail(claim, Unavailable("No answer."), now)
    soon = now + timedelta(seconds=31)
    settling.fail(outbox.claim(soon), TooLarge(status=413), soon)
    erase("p1", soon)
    lease = timedelta(seconds=settings.SYNC_LEASE_SECONDS)
    assert not removing.work(now + lease)
    tick(now + lease + timedelta(seconds=1))
    assert held(sandbox) == 2 and fate(canvas) == {"synced": 2, "withdrawn": 1} and nothing_differs()


def test_a_sender_that_never_came_back_is_waited_for_as_long_as_its_lease(connection, sandbox, small, now):
    canvas, claim = claimed(now)
    deliver(claim)
    erase("p1", now)
    tick(now)
    assert held(sandbox) == 3
    tick(now + HOUR)
    assert held(sandbox) == 2 and nothing_differs()


# Troubles


def test_whatever_goes_wrong_is_retried_without_an_end(connection, sandbox, small, now):
    sent(now)
    receipt = erase("p1", now)
    sandbox.fault("http_500_html", {"path_regex": "/users"}, times=3)
    for days in range(4):
        tick(now + days * DAY)
    assert told(receipt, now)[0][0] == "Removed" and held(sandbox) == 2


def test_a_revoked_token_holds_it_back_and_a_new_one_lets_it_go(connection, sandbox, small, now):
    sent(now)
    sandbox.revoke(TOKEN)
    receipt = erase("p1", now)
    tick(now)
    [(state, words)] = told(receipt, now)
    assert state == "Waiting" and "token is not accepted" in words
    connect(OTHER_TOKEN, now + 20 * DAY)
    tick(now + 20 * DAY)
    assert told(receipt, now)[0][0] == "Removed" and held(sandbox) == 2 and nothing_differs()


def test_a_throttle_is_waited_for(connection, sandbox, small, now):
    sent(now)
    sandbox.fault("rate_80003", times=1, minutes=40)
    receipt = erase("p1", now)
    tick(now), tick(now + 39 * timedelta(minutes=1))
    assert told(receipt, now)[0][0] == "Waiting" and len(removals(sandbox)) == 1
    tick(now + HOUR)
    assert told(receipt, now)[0][0] == "Removed"


def test_a_flagged_audience_holds_it_back_and_says_so(connection, sandbox, small, now):
    sent(now)
    sandbox.flag_audience(CustomAudience.objects.get().partner_id)
    receipt = erase("p1", now)
    tick(now)
    assert "flagged" in told(receipt, now)[0][1] and CustomAudience.objects.get().pause_kind == "AudienceFlagged"


def test_an_audience_that_is_gone_holds_nobody(connection, sandbox, small, now):
    sent(now)
    sandbox.delete_audience(CustomAudience.objects.get().partner_id)
    receipt = erase("p1", now)
    tick(now)
    [(state, words)] = told(receipt, now)
    assert state == "Removed" and "deleted at Facebook" in words and Identity.objects.count() == 0


def test_an_audience_that_is_made_again_holds_nobody_until_it_is_filled(connection, sandbox, small, now):
    sent(now)
    say("p0", now, email="new@example.com")
    sandbox.revoke(TOKEN)
    receipt = erase("p1", now)
    tick(now)
    sandbox.delete_audience(CustomAudience.objects.get().partner_id)
    connect(OTHER_TOKEN, now)
    CustomAudience.objects.update(pause_kind="AudienceGone", paused_since=now, paused_until=now)
    recreating.recreate(CustomAudience.objects.get(), now)
    assert told(receipt, now)[0][0] == "Removed" and Identity.objects.count() == 0 and len(removals(sandbox)) == 1
    assert told(erase("p2", now), now) == [] and nothing_differs()
    tick(now)
    assert held(sandbox) == 1 and told(erase("p0", now), now)[0][0] == "Waiting"


def test_lost_access_is_not_a_lost_audience(connection, sandbox, small, now):
    sent(now)
    sandbox.access("act_1001", False)
    receipt = erase("p1", now)
    tick(now)
    assert told(receipt, now)[0][0] == "Waiting" and AdAccount.objects.get(account_id="act_1001").is_faulty


def test_a_row_that_facebook_finds_wrong_is_told_and_not_called_removed(connection, sandbox, small, now):
    sent(now, 4)
    receipts = erasure.erase(["p1", "p2"], now)
    sandbox.fault("invalid_rows", times=1, rows=1)
    tick(now)
    assert sorted(told(one, now)[0][0] for one in receipts.values()) == ["Not removed", "Removed"]


def test_a_lost_removal_is_sent_once_more(connection, sandbox, small, now):
    sent(now)
    receipt = erase("p1", now)
    assert removing.take(now)
    tick(now)
    assert told(receipt, now)[0][0] == "Waiting"
    tick(now + HOUR)
    assert told(receipt, now)[0][0] == "Removed"


@pytest.fixture
def keys(settings):
    """Sets FERNET_KEYS for the cells, as a restart would: the field remembers those it has used."""
    field = Identity._meta.get_field("cells")

    def restart_with(*names: str) -> None:
        settings.FERNET_KEYS = list(names)
        for name in ("keys", "fernet_keys", "fernet"):
            field.__dict__.pop(name, None)

    yield restart_with
    for name in ("keys", "fernet_keys", "fernet"):
        field.__dict__.pop(name, None)


def test_cells_that_no_key_opens_wait_for_the_key(connection, sandbox, small, now, keys):
    sent(now, 4)
    keys("o" * 40)
    lost = erase("p1", now)
    keys("n" * 40)
    well = erase("p2", now)
    tick(now)
    [(state, words)] = told(lost, now)
    assert told(well, now)[0][0] == "Removed" and state == "Waiting" and "FERNET_KEYS" in words
    keys("n" * 40, "o" * 40)
    tick(now + DAY)
    assert told(lost, now)[0][0] == "Removed"


# Too small


def test_where_few_would_stay_as_many_go_as_may(connection, sandbox, now):
    sandbox.settings(delete_minimum=3)
    sent(now, 8)
    receipts = erasure.erase([f"p{number}" for number in range(7)], now)
    tick(now)
    states = [told(one, now)[0][0] for one in receipts.values()]
    assert (states.count("Removed"), states.count("Waiting"), held(sandbox)) == (5, 2, 3) and nothing_differs()


def test_too_small_is_tried_daily_for_30_days_and_then_told(connection, sandbox, now):
    sent(now)
    receipt = erase("p1", now)
    for days in range(30):
        tick(now + days * DAY), removing.work(now + days * DAY + HOUR)
    assert len(removals(sandbox)) == 30
    [(state, words)] = told(receipt, now)
    assert state == "Waiting" and "too small" in words
    tick(now + 30 * DAY)
    [place] = places([receipt], now)[receipt.pk]
    assert place.state == "Not removed" and "30 days" in place.words and "Audience Manager" in place.cure
    assert Identity.objects.count() == 0 and CustomAudience.objects.get().paused_until is None and nothing_differs()


def test_an_audience_that_has_grown_lets_her_go(connection, sandbox, now):
    sandbox.settings(delete_minimum=3)
    canvas = sent(now)
    receipt = erase("p1", now)
    tick(now)
    ProfileFactory.create_batch(3)
    EntryRun.objects.create(canvas=canvas, planned_at=now + HOUR)
    tick(now + HOUR), tick(now + DAY)
    assert told(receipt, now)[0][0] == "Removed" and held(sandbox) == 5


# Coming back


def come_back(canvas, now, **fields) -> None:
    Profile.objects.create(external_id="p1", **({"email": "p1@example.com"} | fields))
    EntryRun.objects.create(canvas=canvas, planned_at=now)
    tick(now)


def test_a_removal_that_was_held_back_leaves_before_she_is_sent_again(connection, sandbox, small, now):
    canvas = sent(now)
    sandbox.revoke(TOKEN)
    receipt = erase("p1", now)
    tick(now)
    come_back(canvas, now + HOUR)
    connect(OTHER_TOKEN, now + 2 * HOUR)
    tick(now + 2 * HOUR)
    assert told(receipt, now)[0][0] == "Removed" and held(sandbox) == 3
    assert [entry["method"] for entry in sandbox.ledger() if "/users" in entry["path"]][-2:] == ["DELETE", "POST"]


def test_who_came_back_is_not_taken_out_by_an_old_removal(connection, sandbox, now):
    canvas = sent(now)
    receipt = erase("p1", now)
    tick(now)
    come_back(canvas, now + HOUR)
    [(state, words)] = told(receipt, now)
    assert state == "Came back" and "again" in words
    sandbox.settings(delete_minimum=0)
    tick(now + 2 * DAY)
    assert held(sandbox) == 3 and len(removals(sandbox)) == 1 and nothing_differs()


def test_her_other_identities_are_still_removed(connection, sandbox, now):
    canvas = sent(now)
    say("p1", now, email="old@example.com")
    again(canvas, now)
    tick(now + HOUR)
    receipt = erase("p1", now + HOUR)
    tick(now + HOUR)
    come_back(canvas, now + 2 * HOUR)
    sandbox.settings(delete_minimum=0)
    tick(now + 2 * DAY)
    [(state, words)] = told(receipt, now)
    assert state == "Removed" and "again" in words and held(sandbox) == 3


def test_a_request_that_fails_leaves_the_removal_as_it_was(connection, sandbox, now):
    canvas = sent(now)
    receipt = erase("p1", now)
    tick(now)
    sandbox.fault("error", {"path_regex": "/users"}, code=1, times=1)
    come_back(canvas, now + HOUR)
    assert told(receipt, now)[0][0] == "Waiting"
    tick(now + 2 * HOUR)
    assert told(receipt, now)[0][0] == "Came back" and held(sandbox) == 3


def test_while_a_removal_is_under_way_she_waits(connection, sandbox, small, now):
    canvas = sent(now)
    receipt = erase("p1", now)
    leased = removing.take(now)
    come_back(canvas, now + timedelta(minutes=1))
    assert fate(canvas) == {"synced": 3, "pending": 1}
    removing.settle(leased, removing.send(leased, 10**9), now)
    tick(now + HOUR)
    assert told(receipt, now)[0][0] == "Removed" and fate(canvas) == {"synced": 4} and held(sandbox) == 3


# The recount


def test_the_recount_finds_a_removal_that_is_lost_and_one_too_many(connection, sandbox, now):
    sent(now)
    receipt = erase("p1", now)
    [waiting] = Removal.objects.all()
    Identity.objects.all().delete()
    assert list(recount.differences()) == [f"removal {waiting.pk} waits without anything to remove"]
    waiting.delete()
    assert list(recount.differences()) == [f"receipt {receipt.number} says 1 places and there are 0 removals"]
    Erasure.objects.update(places=0)
    other = erase("p2", now)
    assert other.places == 1
    Removal.objects.update(state="removed", settled_at=now)
    assert list(recount.differences()) == [f"removal {Removal.objects.get().pk} is settled and keeps cells"]


def test_the_recount_finds_removals_of_people_who_were_never_sent(connection, sandbox, now):
    people(2)
    launch(facebook_step(), at=now)
    engine.work(now)
    receipt = erase("p1", now)
    audience = CustomAudience.objects.get()
    Removal.objects.create(
        erasure=receipt, audience=audience, created_at=now, next_attempt_at=now, state="removed", settled_at=now
    )
    Erasure.objects.update(places=1)
    wrong = f"custom audience {audience.pk} has 1 removals, and 0 people without a name were tried for it"
    assert list(recount.differences()) == [wrong]


def test_the_recount_finds_identities_of_nobody(connection, sandbox, now):
    sent(now)
    say("p1", now, email="new@example.com")
    Profile.objects.filter(external_id="p1").delete()
    assert f"identity {Identity.objects.get().pk} is nobody's" in list(recount.differences())
