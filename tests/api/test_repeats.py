"""A call with an Idempotency-Key is carried out once, however often it comes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audiences.models import Event, Profile
from canvas.models import Trigger
from config.team import repeats
from config.team.models import KeptAnswer
from tests.api.caller import Caller, paths
from tests.cast import delay, launch, people, tick

pytestmark = pytest.mark.django_db
EVENT = {"external_id": "jane", "name": "viewed", "time": "2026-11-01T09:00:00Z"}
BODY = {"events": [EVENT, {"external_id": "jane"}]}


def track(shop: Caller, body: dict = BODY, name: str = '"a-1"'):
    return shop.post("/users/track", body, **{"Idempotency-Key": name})


def test_a_repeat_is_answered_the_same_and_changes_nothing(shop):
    first, again = track(shop), track(shop, name="a-1")
    assert first.status_code == again.status_code == 201 and first.content == again.content
    assert first.data["errors"][0]["index"] == 1
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert Event.objects.count() == 1
    assert track(shop, name="a-2").status_code == 201 and Event.objects.count() == 2
    assert track(Caller()).status_code == 201 and Event.objects.count() == 3, "another key's names are its own"


def test_another_call_of_that_name_is_refused_and_changes_nothing(shop):
    track(shop)
    refused = track(shop, {"attributes": [{"external_id": "joe"}]})
    assert refused.status_code == 422 and "another call" in refused.data["detail"]
    assert not Profile.objects.filter(external_id="joe").exists()
    assert paths(track(shop, name="")) == paths(track(shop, name="x" * 256)) == ["Idempotency-Key"]


def test_what_was_refused_or_failed_can_be_sent_again_with_its_name(shop, monkeypatch):
    assert paths(track(shop, {})) == ["$"]
    monkeypatch.setattr("audiences.track.name_events", lambda names: 1 / 0)
    assert track(shop).status_code == 500 and not Profile.objects.exists() and not KeptAnswer.objects.exists()
    monkeypatch.undo()
    assert track(shop).status_code == 201


def test_a_trigger_is_pulled_once(shop, now):
    people(1)
    canvas = launch(delay(), at=now, entry={"type": "api"}, audience=None)
    sent = {"recipients": [{"external_id": "p0"}, {"external_id": "nobody"}]}
    answers = [shop.post(f"/canvases/{canvas.pk}/trigger", sent, **{"Idempotency-Key": "a"}) for _ in range(2)]
    assert answers[0].content == answers[1].content and answers[1].data["errors"][0]["index"] == 1
    assert Trigger.objects.count() == 1


def test_only_hashes_counts_and_places_are_kept_and_for_a_day(shop, now):
    track(shop, {"attributes": [{"external_id": "jane", "email": 5}], "events": [EVENT]}, name="jane@example.com")
    kept = KeptAnswer.objects.values().get()
    assert "jane" not in str(kept) and kept["body"]["events_processed"] == 1
    KeptAnswer.objects.update(at=now)
    assert repeats.prune(now + repeats.KEPT - timedelta(seconds=1)) == 0
    assert tick(now + repeats.KEPT)["answers_pruned"] == 1
    assert track(shop, name="jane@example.com").headers.get("Idempotent-Replayed") is None
    assert KeptAnswer.objects.get().at > timezone.now() - timedelta(minutes=1)
