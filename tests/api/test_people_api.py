"""What became of each person who came to a Facebook Audience Step."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from canvas import launch as launching
from canvas.models import Cohort, Step
from integrations.models import SyncBatch
from tests.api.caller import Caller, paths
from tests.cast import delay, draft, facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NUMBERS = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")


def pages(shop: Caller, canvas, status: str = "", limit: int = 1000, key: str = "fb") -> list[dict]:
    """Everybody, page by page."""
    path, cursor, found = f"/canvases/{canvas.pk}/steps/{key}/people?status={status}&limit={limit}", "", []
    while cursor is not None:
        answer = shop.get(f"{path}&cursor={cursor}")
        assert answer.status_code == 200, answer.content
        assert len(answer.data["people"]) <= limit
        found, cursor = found + answer.data["people"], answer.data["next"]
    return found


def assert_adds_up(shop: Caller, canvas) -> None:
    """Each list is as long as its number; together they are everybody."""
    fates = fate(canvas)
    for name in NUMBERS:
        listed = pages(shop, canvas, name)
        assert len(listed) == fates.get(name, 0), name
        assert {person["status"] for person in listed} <= {name}
    everybody = Counter(person["status"] for person in pages(shop, canvas))
    assert dict(everybody) == fates
    call_command("audit_sync", stdout=StringIO())


def test_every_list_is_as_long_as_its_number(shop, connection, sandbox, now):
    people(6), people(2, email="")
    canvas = launch(facebook_step(), at=now)
    sandbox.fault("invalid_rows", rows=2)
    tick(now)
    assert fate(canvas) == {"synced": 4, "missing_fields": 2, "not_synced": 2}
    assert_adds_up(shop, canvas)
    [sent, *_] = pages(shop, canvas, "synced")
    assert sent["attempts"] == 1 and sent["sent_at"] == "2026-11-24T12:00:00Z" and sent["next_attempt_at"] is None
    assert all(person["cause"] and not person["sent_at"] for person in pages(shop, canvas, "not_synced"))
    assert pages(shop, canvas, "missing_fields")[0]["external_id"] == "p6"


def test_who_waits_is_told_why_and_when_it_is_tried_again(shop, connection, sandbox, now):
    people(2)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    assert_adds_up(shop, canvas)
    [person, _] = pages(shop, canvas, "pending")
    assert "not accepted any more" in person["cause"] and "revoked" in person["cause"]
    assert person["attempts"] == 1 and person["next_attempt_at"] > "2026-11-24T12:00:00Z"
    tick(now + 13 * HOUR)
    assert_adds_up(shop, canvas)
    assert "not accepted any more" in pages(shop, canvas, "not_synced")[0]["cause"]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
def test_pages_show_everybody_once(shop, connection, now, settings, limit):
    settings.SYNC_BATCH_SIZE = 3
    people(8)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    assert SyncBatch.objects.count() == 3
    assert [person["external_id"] for person in pages(shop, canvas, limit=limit)] == [f"p{at}" for at in range(8)]


def test_who_stands_at_the_step_of_a_stopped_canvas_is_pending(shop, connection, now):
    people(3)
    canvas = launch(delay("wait", "fb"), facebook_step(), at=now)
    tick(now)
    Cohort.objects.update(step=Step.objects.get(key="fb"))
    launching.stop(canvas)
    found = pages(shop, canvas, "pending", 2)
    assert [person["external_id"] for person in found] == ["p0", "p1", "p2"]
    assert {person["cause"] for person in found} == {"Not handed over yet: the Canvas is stopped."}
    assert pages(shop, canvas, "synced") == []


def test_who_is_erased_while_waiting_is_withdrawn_at_once_and_for_good(shop, connection, sandbox, now):
    people(4)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    assert shop.post("/users/delete", {"external_ids": ["p1", "p3"]}).data["deleted"] == 2
    assert fate(canvas) == {"pending": 2, "withdrawn": 2}
    assert_adds_up(shop, canvas)
    assert {person["external_id"] for person in pages(shop, canvas, "withdrawn")} == {None}
    sandbox.restore("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 2, "withdrawn": 2}
    assert sandbox.audiences()[0]["size"] == 2
    assert_adds_up(shop, canvas)


def test_who_is_erased_and_then_given_up_stays_withdrawn(shop, connection, sandbox, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    sandbox.revoke("SANDBOX-SYSTEM-USER-TOKEN")
    tick(now)
    shop.post("/users/delete", {"external_ids": ["p1"]})
    tick(now + 13 * HOUR)
    assert fate(canvas) == {"not_synced": 2, "withdrawn": 1}
    assert_adds_up(shop, canvas)


def test_who_was_sent_and_is_erased_stays_counted(shop, connection, now):
    people(3)
    canvas = launch(facebook_step(), at=now)
    tick(now)
    shop.post("/users/delete", {"external_ids": ["p1"]})
    assert fate(canvas) == {"synced": 3}
    assert [person["external_id"] for person in pages(shop, canvas)] == ["p0", None, "p2"]


def test_who_is_erased_before_the_step_comes_to_it_without_a_name(shop, connection, now):
    people(2)
    canvas = launch(delay("wait", "fb"), facebook_step(), at=now)
    tick(now)
    shop.post("/users/delete", {"external_ids": ["p1"]})
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 1, "withdrawn": 1}
    assert_adds_up(shop, canvas)


def test_what_can_not_be_listed_is_said(shop, connection, now):
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    path = f"/canvases/{canvas.pk}/steps"
    assert paths(shop.get(f"{path}/fb/people?status=lost")) == ["status"]
    assert paths(shop.get(f"{path}/fb/people?cursor=x")) == ["cursor"]
    assert paths(shop.get(f"{path}/fb/people?cursor=5")) == ["cursor"]
    assert shop.get(f"{path}/wait/people").status_code == shop.get(f"{path}/none/people").status_code == 404


def test_a_draft_has_a_list_with_nobody(shop):
    assert pages(shop, draft(facebook_step())) == []


def test_the_queries_of_a_page_do_not_grow(shop, connection, now, settings, django_assert_num_queries):
    settings.SYNC_BATCH_SIZE = 3
    people(2)
    canvas = launch(facebook_step(), at=now, reentry={"allowed": True})
    tick(now)
    pages(shop, canvas)
    path = f"/canvases/{canvas.pk}/steps/fb/people"
    with django_assert_num_queries(8):
        shop.get(path)
    people(20)
    canvas.entry_runs.create(planned_at=now + HOUR)
    tick(now + HOUR)
    with django_assert_num_queries(8):
        assert len(shop.get(path).data["people"]) == 24
