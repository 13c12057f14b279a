"""With which fields each person was sent: told as it was then, whatever her profile has become since."""

import zlib
from datetime import timedelta

import pytest

from audiences import erasure
from audiences.models import Profile
from canvas import engine
from integrations import manifests, pauses, profile_panel, recreating
from integrations.models import CustomAudience, Manifest, SyncBatch
from tests.cast import facebook_step, launch, people, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FIELDS = ["email", "phone", "date_of_birth"]


def sent(person: Profile, now) -> list[str]:
    """The labels of the fields of her latest sync that are shown as sent."""
    latest = profile_panel.syncs(person, now)[0]
    assert latest.manifest
    return [field.label for field in latest.fields if field.sent]


def test_what_was_sent_stays_though_the_profile_changes(connection, sandbox, now):
    [jane] = people(1, email="jane@example.com", phone="", date_of_birth="1990-01-02")
    launch(facebook_step(fields=FIELDS), at=now)
    tick(now)
    Profile.objects.update(email="", phone="+12025550123", date_of_birth=None)
    jane.refresh_from_db()
    assert sent(jane, now) == ["E-mail", "Date of birth"]
    assert [field.label for field in profile_panel.syncs(jane, now)[0].fields_now if field.sent] == ["Phone"]


def test_each_of_many_has_her_own(connection, sandbox, now):
    them = [people(1, email=f"{n}@example.com" if n % 2 else "", phone=f"+1202555{n:04}" if n % 3 else "")[0]
            for n in range(20)]  # fmt: skip
    launch(facebook_step(fields=["email", "phone"]), at=now)
    tick(now)
    for n, person in enumerate(them):
        assert sent(person, now) == ["E-mail"] * (n % 2 > 0) + ["Phone"] * (n % 3 > 0)
    assert SyncBatch.objects.get().missing == 4


def test_a_second_trip_and_somebody_erased_do_not_shift_the_others(connection, sandbox, now):
    people(1, phone="+12025550123"), people(2)
    launch(facebook_step(fields=["email", "phone"]), at=now)
    engine.work(now)
    [again] = Profile.objects.filter(external_id="p0")
    SyncBatch.objects.get().members.create(entry_id=10**9, profile=again)
    SyncBatch.objects.update(size=4)
    erasure.erase(["p1"], now)
    tick(now)
    batch = SyncBatch.objects.get()
    assert (batch.state, batch.withdrawn) == ("done", 1)
    rows = manifests.with_place(batch.members.order_by("entry"))
    both = {"email", "phone"}
    assert [manifests.fields_sent(batch.manifest, row.place) for row in rows] == [both, set(), {"email"}, both]


def test_who_is_sent_again_is_told_by_the_last_time(connection, sandbox, now):
    [jane] = people(1)
    launch(facebook_step(fields=["email", "phone"]), at=now)
    tick(now)
    Profile.objects.update(phone="+12025550123")
    audience = CustomAudience.objects.get()
    sandbox.delete_audience(audience.partner_id)
    pauses.pause(audience, recreating.AudienceGone(), now)
    recreating.recreate(audience, now + HOUR)
    jane.refresh_from_db()
    assert profile_panel.syncs(jane, now)[0].manifest is None, "she waits: what counts is her profile as it is"
    tick(now + HOUR)
    assert sent(jane, now) == ["E-mail", "Phone"]


def test_what_was_sent_before_manifests_were_kept_is_told_by_the_profile(connection, sandbox, now):
    [jane] = people(1)
    launch(facebook_step(), at=now)
    tick(now)
    Manifest.objects.all().delete()
    latest = profile_panel.syncs(jane, now)[0]
    assert latest.manifest is None and [field.sent for field in latest.fields] == [True]


def test_no_value_is_in_it(connection, sandbox, now):
    people(50, email="jane@example.com")
    launch(facebook_step(), at=now)
    tick(now)
    assert zlib.decompress(Manifest.objects.get().cells) == b"\1" * 50
