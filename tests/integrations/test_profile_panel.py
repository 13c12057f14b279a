""" "Was Jane sent?": the answer on her page, each sync with its cause and tries, at a constant cost."""

from datetime import datetime, timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences.models import CustomAttribute, Profile, Segment
from integrations import profile_panel
from integrations.models import CustomAudience, SyncBatch
from tests.cast import TOKEN, delay, facebook_step, launch, message, people, tick, user, webhook

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def page(client):
    """What her page says, in one line."""

    def page(person: Profile, role: str = "Marketer") -> str:
        client.force_login(user(role), backend="allauth.account.auth_backends.AuthenticationBackend")
        return " ".join(client.get(f"/audience/profiles/{person.pk}/").content.decode().split())

    return page


def jane(**fields) -> Profile:
    return people(1, first_name="Jane", **fields)[0]


def sync(person: Profile, now: datetime) -> profile_panel.Sync:
    return profile_panel.syncs(person, now)[0]


def test_nobody_was_sent_yet(page, now):
    assert "Was Jane sent?" in page(person := jane())
    assert "No. No step that fills a custom audience has been reached." in page(person)


def test_yes_and_to_how_many(connection, sandbox, page, now):
    person = jane()
    launch(facebook_step(audience_name="Loyal"), at=now, name="one")
    launch(facebook_step(audience_name="Apps", fields=["mobile_advertiser_id"]), at=now, name="two")
    tick(now)
    words = page(person)
    assert "Yes, to 1 of 2 custom audiences." in words
    assert profile_panel.answer(person).rows[:3] == [("synced", 1), ("pending", 0), ("missing_fields", 1)]
    assert "the profile had none of the chosen fields" in words


def test_what_waits_says_why_and_until_when(connection, sandbox, page, now):
    person = jane()
    launch(facebook_step(), at=now)
    sandbox.revoke(TOKEN)
    tick(now)
    words = page(person)
    assert "Not yet. 1 is on the way." in words
    assert "The system user token is not accepted any more. Replace it on Technology Partners." in words
    assert "Next try" in words and "Tried until" in words
    found = sync(person, now)
    assert found.given_up_at == now + 13 * HOUR
    assert found.next_try == found.batch.audience.ad_account.connection.paused_until > now
    assert sync(person, now + HOUR).next_try is None
    assert (found.clock, sync(person, now + 6.5 * HOUR).clock) == (0, 50)


def test_what_was_given_up_says_why(connection, sandbox, page, now):
    person = jane()
    launch(facebook_step(), at=now)
    sandbox.delete_audience(CustomAudience.objects.get().partner_id)
    tick(now), tick(now + 13 * HOUR)
    words = page(person)
    assert ">No.</h2>" in words
    assert "The custom audience was deleted at Facebook." in words


def test_a_refused_row_is_told_with_the_reason(connection, sandbox, page, now):
    person = jane()
    launch(facebook_step(), at=now)
    sandbox.fault("invalid_rows", rows=1)
    tick(now)
    found = sync(person, now)
    assert found.status == "not_synced"
    assert "Facebook refused this row" in page(person) and found.member.reason in page(person)


def test_what_was_cancelled_is_told(connection, page, now):
    person = jane()
    launch(facebook_step(), at=now)
    tick(now)
    SyncBatch.objects.update(state="withdrawn")
    assert "Cancelled before it was sent." in page(person)


@pytest.mark.parametrize(
    ("state", "verdict", "status"),
    [
        ("open", "", "pending"),
        ("sealed", "", "pending"),
        ("done", "", "synced"),
        ("failed", "", "not_synced"),
        ("withdrawn", "", "withdrawn"),
        ("done", "missing", "missing_fields"),
        ("done", "refused", "not_synced"),
        ("failed", "withdrawn", "withdrawn"),
    ],
)
def test_the_verdict_of_the_row_wins_over_the_batch(state, verdict, status):
    assert profile_panel.status(state, verdict) == status


def test_an_audience_counts_once_by_the_best_that_came_of_it(connection, now):
    person = jane()
    canvas = launch(facebook_step(), at=now, reentry={"allowed": True})
    tick(now)
    audience = CustomAudience.objects.get()
    assert profile_panel.answer(person).counts == {"synced": 1}
    again = SyncBatch.objects.create(audience=audience, state="failed", size=1, created_at=now)
    again.members.create(entry_id=canvas.pk, profile=person)
    assert profile_panel.answer(person).counts == {"synced": 1}


def test_the_fields_she_has_are_shown(connection, page, now):
    person = jane(phone="")
    launch(facebook_step(fields=["email", "phone", "first_initial"]), at=now)
    tick(now)
    fields = [(one.label, one.present) for one in sync(person, now).fields]
    assert fields == [("E-mail", True), ("Phone", False), ("First initial", True)]
    assert "Phone not sent" in page(person)


def test_a_value_that_is_no_address_is_not_called_sent(connection, sandbox, page, now):
    person = jane(email="none@", zip="10115", country="Germany")
    launch(facebook_step(fields=["email", "first_name", "zip"]), at=now)
    sandbox.fault("code_2")
    tick(now)
    assert "E-mail can't be read" in page(person)
    assert [field.sent for field in sync(person, now).fields] == [False, True, True]


def test_a_viewer_reads_no_name(connection, page, now):
    person = jane()
    assert "Was this person sent?" in page(person, "Viewer") and "Jane" not in page(person, "Viewer")


def test_many_syncs_and_tries_take_the_same_queries(connection, sandbox, now):
    person = jane()

    def queries() -> int:
        with CaptureQueriesContext(database) as asked:
            profile_panel.answer(person)
            assert all(one.tries is not None and one.fields for one in profile_panel.syncs(person, now))
        return len(asked)

    launch(facebook_step(audience_name="A0"), at=now, name="first")
    tick(now)
    few = queries()
    for number in range(1, 5):
        launch(facebook_step(audience_name=f"A{number}"), delay(), at=now, name=f"Canvas {number}")
    sandbox.fault("code_2", times=40)
    for hour in range(8):
        tick(now + hour * HOUR)
    assert max(len(one.tries) for one in profile_panel.syncs(person, now)) <= profile_panel.TRIES_SHOWN
    assert queries() == few <= 4


def test_the_whole_page_takes_at_most_twenty(connection, sandbox, client, django_assert_max_num_queries, now):
    person = jane(attributes={"plan": "gold"})
    launch(facebook_step(then="mail"), message(then="hook"), webhook(then="wait"), delay(), at=now)
    CustomAttribute.objects.create(name="plan", type="text")
    Segment.objects.create(name="Gold", filter={"attribute": "plan", "op": "is", "value": "gold"})
    sandbox.fault("code_2", {"path_regex": "/users"}, times=2)
    tick(now)
    client.force_login(user("Viewer"), backend="allauth.account.auth_backends.AuthenticationBackend")
    with django_assert_max_num_queries(20):
        assert b"Sync history" in client.get(f"/audience/profiles/{person.pk}/").content
