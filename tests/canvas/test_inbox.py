"""Action-based and API-triggered entry: who is let in by what happened, once, and never twice for one thing."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audiences.erasure import erase
from audiences.models import Profile
from audiences.track import track
from canvas import document as documents
from canvas import engine
from canvas import launch as launching
from canvas.models import Canvas, Entry, Trigger
from config import schedules
from tests.cast import delay, draft, facebook_step, fate, launch, people, step_numbers, tick, user

pytestmark = pytest.mark.django_db
BOUGHT = {"type": "action", "event": "bought"}
HOUR = timedelta(hours=1)


def did(who: str, at, name: str = "bought", **properties) -> None:
    event = {"external_id": who, "name": name, "time": at.isoformat(), "properties": properties}
    track({"events": [event]}, at)


def inside(canvas: Canvas) -> list[str]:
    return list(Entry.objects.filter(canvas=canvas).order_by("pk").values_list("profile__external_id", flat=True))


def waits(now, **more) -> Canvas:
    return launch(delay(duration="P1D"), at=now, **({"entry": BOUGHT, "audience": None} | more))


def test_an_event_lets_its_person_in_within_a_tick(now):
    people(2)
    canvas = waits(now)
    did("p1", now, sku="A"), did("p1", now, "viewed"), did("new", now)
    assert schedules.next_due(now) == now
    tick(now)
    assert inside(canvas) == ["p1", "new"] and not Trigger.objects.exists()
    assert Entry.objects.get(profile__external_id="p1").context == {"sku": "A"}
    assert step_numbers(canvas)["wait"]["entered"] == 2
    call_command("audit_sync")


def bought(who: str, at, product: str = "TENT", price: float = 10, **more) -> None:
    purchase = {"external_id": who, "product_id": product, "currency": "EUR", "price": price, "time": at.isoformat()}
    track({"purchases": [purchase | more]}, at)


def test_a_purchase_lets_its_person_in_with_what_was_bought(now):
    people(4)
    dear = {"purchase": "TENT", "where": [{"property": "price", "op": "gte", "value": 10}]}
    tents, anything = (
        waits(now, entry={"type": "action"} | dear),
        waits(now, name="Any", entry={"type": "action", "purchase": "any"}),
    )
    bought("p0", now, price=12.5, quantity=2, properties={"shop": "Ghent"})
    bought("p1", now, price=9.99), bought("p2", now, "LAMP"), did("p3", now)
    tick(now)
    assert inside(tents) == ["p0"] and sorted(inside(anything)) == ["p0", "p1", "p2"]
    entry = Entry.objects.get(canvas=tents)
    assert entry.context == {"shop": "Ghent", "product_id": "TENT", "price": 12.5, "currency": "EUR", "quantity": 2}
    call_command("audit_sync")


def test_only_with_the_properties_in_the_window_and_in_the_target_audience(now):
    people(4, country="US"), people(1, country="FR")
    entry = BOUGHT | {"where": [{"property": "price", "op": "gte", "value": 10}], "from": (now + HOUR).isoformat(),
                      "until": (now + 2 * HOUR).isoformat()}  # fmt: skip
    americans = {"filter": {"attribute": "country", "op": "is", "value": "US"}}
    canvas = waits(now, entry=entry, audience=americans)
    did("p0", now, price=50)
    did("p1", now + HOUR, price=10)
    did("p2", now + HOUR, price=9.99)
    did("p3", now + 2 * HOUR, price=50)
    did("p4", now + HOUR, price=50)
    tick(now + 2 * HOUR)
    assert inside(canvas) == ["p1", "p3"] and not Trigger.objects.exists()


def test_what_happened_before_the_launch_is_past(now):
    people(1)
    canvas = waits(now)
    track({"events": [{"external_id": "p0", "name": "bought", "time": (now - HOUR).isoformat()}]}, now)
    tick(now)
    assert inside(canvas) == []


def test_who_is_inside_stays_out_and_comes_again_by_the_rule(now):
    people(1)
    once = waits(now, name="Once")
    again = waits(now, name="Again", reentry={"allowed": True})
    did("p0", now), did("p0", now)
    tick(now)
    did("p0", now + HOUR)
    tick(now + HOUR)
    assert inside(once) == inside(again) == ["p0"]
    later = now + timedelta(days=1)
    tick(later)
    did("p0", later)
    tick(later)
    assert inside(once) == ["p0"] and inside(again) == ["p0", "p0"]
    call_command("audit_sync")


def test_a_stopped_canvas_hears_nothing_and_keeps_what_it_heard(now):
    people(2)
    canvas = waits(now)
    did("p0", now)
    launching.stop(canvas)
    did("p1", now)
    assert tick(now)["people_entered"] == 0 and Trigger.objects.count() == 1
    launching.resume(canvas)
    tick(now)
    assert inside(canvas) == ["p0"]


def test_an_archived_canvas_forgets_what_it_heard(now):
    people(1)
    canvas = waits(now)
    did("p0", now)
    launching.stop(canvas)
    launching.archive(canvas)
    assert not Trigger.objects.exists()


def test_who_is_erased_leaves_the_inbox(now):
    people(1)
    canvas = waits(now)
    did("p0", now)
    erase(["p0"], now)
    assert not Trigger.objects.exists()
    tick(now)
    assert inside(canvas) == []


def test_what_let_her_in_goes_with_her_when_she_is_erased(now):
    people(1)
    canvas = waits(now)
    did("p0", now, note="mine alone")
    tick(now)
    erase(["p0"], now)
    assert list(Entry.objects.filter(canvas=canvas).values_list("profile", "context")) == [(None, {})]


def test_people_who_enter_one_by_one_reach_facebook(now, connection):
    people(3)
    canvas = launch(facebook_step(), at=now, entry=BOUGHT, audience=None)
    for number in range(3):
        did(f"p{number}", now + number * HOUR)
        tick(now + number * HOUR)
    assert fate(canvas) == {"synced": 3}


def test_many_are_let_in_by_as_many_statements_as_few(now):
    people(500)
    canvas, counts = waits(now), []
    for first, last in ((0, 2), (2, 500)):
        events = [{"external_id": f"p{n}", "name": "bought", "time": now.isoformat()} for n in range(first, last)]
        with CaptureQueriesContext(database) as captured:
            track({"events": events}, now)
            engine.one_chunk(canvas.pk, now)
        counts.append(len(captured))
    assert len(inside(canvas)) == Profile.objects.count() == 500
    assert counts[1] <= counts[0] < 40


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"type": "action"}, "entry.event"),
        (BOUGHT | {"purchase": "any"}, "entry.event"),
        ({"type": "action", "purchase": ""}, "entry.purchase"),
        (BOUGHT | {"where": [{"property": "a", "op": "gt", "value": "x"}]}, "entry.where[0].op"),
        (BOUGHT | {"from": "soon"}, "entry.from"),
        (BOUGHT | {"at": "launch"}, "entry.at"),
        ({"type": "api", "event": "x"}, "entry.event"),
        ({"type": []}, "entry.type"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(entry, path):
    with pytest.raises(documents.DocumentRefused) as refused:
        documents.parse({"name": "Win back", "entry": entry, "steps": []})
    assert path in [fault.path for fault in refused.value.faults]


def test_an_end_that_is_over_stops_the_launch(now):
    with pytest.raises(launching.NotLaunched) as refused:
        waits(now, entry=BOUGHT | {"until": (now - HOUR).isoformat()})
    assert [problem.id for problem in refused.value.problems if problem.level == "error"] == ["canvas.E007"]


def test_the_entry_page_makes_it_and_gives_it_back(client, now):
    client.force_login(user("Marketer"))
    where = [{"property": "price", "op": "gte", "value": 10}]
    canvas = draft(delay(), entry=BOUGHT | {"where": where})
    url = reverse("canvas:entry", args=[canvas.pk])
    html = client.get(url).content.decode()
    assert 'value="price"' in html and "People enter when they do bought" in html
    sent = {"at": "action", "event": "bought", "since": "2026-12-01T09:00", "again": "no", "edition": canvas.edition}
    client.post(url, sent)
    canvas.refresh_from_db()
    entry = canvas.document["entry"]
    assert entry == BOUGHT | {"where": where, "from": entry["from"]} and entry["from"].startswith("2026-12-01T")
    wrong = client.post(url, sent | {"event": "", "edition": canvas.edition, "until": "2026-11-01T09:00"})
    assert b"Write the name of the event" in wrong.content and b"lies before the beginning" in wrong.content
    client.post(url, {"at": "api", "again": "no", "edition": canvas.edition})
    canvas.refresh_from_db()
    assert canvas.document["entry"] == {"type": "api"}
    assert b"/trigger" in client.get(url).content
