"""People who are on their way while the Canvas is changed under their feet."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from audiences import erasure
from audiences.models import Profile
from audiences.track import track
from canvas import engine, inbox, publishing, versions
from canvas import launch as launching
from canvas.launch import NotLaunched
from canvas.models import Arrival, Canvas, Cohort, Entry, EntryRun, Step, Trigger
from integrations.models import SyncBatch
from tests.cast import delay, document, facebook_step, fate, launch, people, split, step_numbers, tick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FRENCH = {"attribute": "country", "op": "is", "value": "FR"}


def publish(canvas: Canvas, *steps: dict, at, onward: dict | None = None, **more) -> Canvas:
    """The next version has these steps."""
    source = document(*steps, name=canvas.name, **more)
    versions.save(canvas.pk, None, lambda _: source, None, "Replaced", "test")
    found = Canvas.objects.get(pk=canvas.pk)
    publishing.publish(found, at, onward=onward)
    return found


def standing(canvas: Canvas) -> dict[str, int]:
    """By step, how many people are there."""
    found: dict[str, int] = {}
    for key, size in Cohort.objects.filter(canvas=canvas, ended_at=None).values_list("step__key", "size"):
        found[key] = found.get(key, 0) + size
    return found


def all_is_counted() -> None:
    call_command("audit_sync")


def test_who_waits_keeps_her_time_and_goes_on_by_the_new_version(now):
    people(3)
    canvas = launch(delay("wait", "old", duration="PT2H"), delay("old"), at=now)
    tick(now)
    canvas = publish(canvas, delay("wait", "new", duration="P9D"), delay("new"), at=now + HOUR, onward={"old": ""})
    tick(now + HOUR)
    assert standing(canvas) == {"wait": 3} and canvas.live_version.number == 2
    tick(now + 2 * HOUR)
    assert standing(canvas) == {"new": 3}, "two hours, as when she came, and then where the new version leads"
    all_is_counted()


def test_a_step_before_and_one_after_are_for_who_comes_there(now):
    people(2)
    canvas = launch(delay("wait", duration="PT2H"), at=now, entry={"type": "api"}, audience=None)
    inbox.trigger(canvas, dict.fromkeys(pks(), {}), now)
    tick(now)
    steps = delay("first", "wait", duration="PT1H"), delay("wait", "last"), delay("last")
    publish(canvas, *steps, at=now + HOUR, entry={"type": "api"}, audience=None)
    newcomer = people(1)[0]
    inbox.trigger(canvas, {newcomer.pk: {}}, now + HOUR)
    tick(now + HOUR)
    assert standing(canvas) == {"wait": 2, "first": 1}
    tick(now + 2 * HOUR)
    assert standing(canvas) == {"last": 2, "wait": 1}
    all_is_counted()


def pks() -> list[int]:
    return list(Profile.objects.values_list("pk", flat=True))


def test_whose_step_is_gone_goes_where_the_marketer_chose(now):
    people(2), people(1, country="FR")
    canvas = launch(split(FRENCH, "fr", "de"), delay("fr"), delay("de"), at=now)
    tick(now)
    canvas = publish(canvas, split(FRENCH, "all", "all"), delay("all", duration="PT3H"), at=now + HOUR / 2,
                     onward={"fr": "", "de": "all"})  # fmt: skip
    assert standing(canvas) == {"all": 2}
    assert set(Cohort.objects.filter(ended_at=None).values_list("due_at", flat=True)) == {now + 3.5 * HOUR}
    numbers = step_numbers(canvas)
    assert (numbers["all"]["entered"], numbers["de"]["proceeded"], numbers["fr"]["proceeded"]) == (2, 2, 0)
    assert numbers["fr"]["retired"] and "retired" not in numbers["all"]
    assert canvas.live_version.onward == {"fr": "", "de": "all"}
    assert Arrival.objects.get(step=None).came_from.key == "fr"
    tick(now + 4 * HOUR)
    assert standing(canvas) == {}
    all_is_counted()


def test_a_new_place_with_each_person_s_own_clock_parts_them(now):
    people(1, time_zone="Asia/Tokyo"), people(2, time_zone="Europe/Berlin")
    canvas = launch(delay("wait", duration="P9D"), at=now)
    tick(now)
    clock = delay("morning", weekday="monday", time="09:00", zone="person")
    canvas = publish(canvas, clock, at=now + HOUR, onward={"wait": "morning"})
    cohorts = Cohort.objects.filter(ended_at=None).order_by("due_at")
    assert [row.size for row in cohorts] == [1, 2] and cohorts[0].due_at < cohorts[1].due_at
    all_is_counted()


def test_it_takes_as_many_statements_for_many_as_for_few(now):
    counts = []
    for number, cohorts in enumerate((2, 300)):
        canvas = launch(delay("wait"), name=f"C{number}", at=now)
        tick(now)
        step = Step.objects.get(canvas=canvas, key="wait")
        rows = [Cohort(canvas=canvas, step=step, size=1, arrived_at=now, due_at=now + HOUR) for _ in range(cohorts)]
        rows = Cohort.objects.bulk_create(rows)
        Entry.objects.bulk_create([Entry(canvas=canvas, trip=1, cohort=row, entered_at=now) for row in rows])
        with CaptureQueriesContext(database) as captured:
            publish(canvas, delay("next"), at=now, onward={"wait": "next"})
        assert standing(canvas) == {"next": cohorts}
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_nobody_is_moved_without_being_told_where(now):
    people(1)
    canvas = launch(delay("wait"), at=now)
    tick(now)
    for onward in (None, {"wait": "nowhere"}):
        with pytest.raises(NotLaunched) as refused:
            publish(canvas, delay("new"), at=now, onward=onward)
        assert [problem.id for problem in refused.value.problems] == ["canvas.E010"]
    assert standing(canvas) == {"wait": 1} and canvas.versions.count() == 1


def test_whoever_is_pending_of_a_step_that_is_gone_is_still_sent(now, sandbox, connection):
    people(3)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    sandbox.fault("http_500_html", {"path_regex": "/users"})
    tick(now)
    assert fate(canvas) == {"pending": 3}
    publish(canvas, delay(), at=now + HOUR / 60, onward={"fb": "wait"})
    tick(now + HOUR / 2)
    assert fate(canvas) == {"synced": 3} and step_numbers(canvas)["fb"]["retired"]
    all_is_counted()


def test_another_name_makes_another_audience_and_other_fields_do_not(now, sandbox, connection):
    people(2, phone="+14155550100")
    entry = {"type": "api"}
    canvas = launch(facebook_step(), at=now, entry=entry, audience=None, reentry={"allowed": True})
    inbox.trigger(canvas, dict.fromkeys(pks(), {}), now)
    tick(now)
    more = {"entry": entry, "audience": None, "reentry": {"allowed": True}}
    publish(canvas, facebook_step(fields=["email", "phone"]), at=now + HOUR, **more)
    assert len(sandbox.audiences()) == 1 and step_of(canvas).custom_audiences.get().fields == ["email", "phone"]
    publish(canvas, facebook_step(audience_name="Win back 2"), at=now + 2 * HOUR, **more)
    inbox.trigger(canvas, dict.fromkeys(pks(), {}), now + 2 * HOUR)
    tick(now + 2 * HOUR)
    assert sorted(one["name"] for one in sandbox.audiences()) == ["Win back", "Win back 2"]
    assert fate(canvas) == {"synced": 4}
    all_is_counted()


def step_of(canvas: Canvas, key: str = "fb") -> Step:
    return canvas.steps.get(key=key)


def test_what_a_version_waits_for_is_what_counts_from_then_on(now):
    people(4)
    canvas = launch(actions(Bought="a", everyone_else="c"), *map(delay, "ac"), at=now, exit={"event": "left"})
    tick(now)
    did("p0", now + HOUR), did("p1", now + HOUR, "left")
    steps = actions("Seen", Seen="a", everyone_else="c"), *map(delay, "ac")
    publish(canvas, *steps, at=now + HOUR)
    assert Trigger.objects.count() == 2, "they were heard, and the engine had not looked yet"
    did("p2", now + HOUR, "seen"), did("p3", now + HOUR, "bought")
    tick(now + HOUR)
    assert standing(canvas) == {"wait": 3, "a": 1}, "only p2 did what is asked for now"
    assert not Trigger.objects.exists()
    tick(now + 25 * HOUR)
    assert standing(canvas) == {"c": 3}
    all_is_counted()


def actions(name: str = "Bought", **then: str) -> dict:
    settings = {"window": "P1D", "actions": [{"name": name, "event": name.lower()}]}
    return {"key": "wait", "type": "action_paths", "settings": settings, "next": then}


def did(who: str, at, name: str = "bought") -> None:
    track({"events": [{"external_id": who, "name": name, "time": at.isoformat(), "properties": {}}]}, at)


def test_the_same_entry_runs_no_second_time_and_another_one_instead_of_what_was_planned(now):
    people(2)
    daily = {"type": "scheduled", "every": "day", "time": "09:00"}
    canvas = launch(delay(), at=now, entry=daily)
    planned = EntryRun.objects.get()
    publish(canvas, delay(duration="P2D"), at=now + HOUR, entry=daily)
    assert EntryRun.objects.get() == planned
    publish(canvas, delay(duration="P2D"), at=now + 2 * HOUR)
    tick(now + 2 * HOUR)
    assert standing(canvas) == {"wait": 2} and EntryRun.objects.get().planned_at == now + 2 * HOUR
    people(1)
    publish(canvas, delay(duration="P3D"), at=now + 3 * HOUR)
    tick(now + 3 * HOUR)
    assert standing(canvas) == {"wait": 2}, "at launch was then"
    publish(canvas, delay(duration="P3D"), at=now + 4 * HOUR, entry={"type": "action", "event": "bought"})
    did("p2", now + 4 * HOUR)
    tick(now + 4 * HOUR)
    assert standing(canvas) == {"wait": 3} and Entry.objects.get(profile__external_id="p2").context == {}
    all_is_counted()


def test_a_run_that_was_under_way_ends_with_the_entry_that_planned_it(now, monkeypatch):
    monkeypatch.setattr("canvas.entries.COHORT_SIZE", 2)
    monkeypatch.setattr("canvas.entries.COHORTS_AT_ONCE", 1)
    people(5)
    canvas = launch(delay(), at=now)
    engine.one_chunk(canvas.pk, now)
    publish(canvas, delay(), at=now, entry={"type": "api"}, audience=None)
    tick(now)
    assert standing(canvas) == {"wait": 2} and EntryRun.objects.get().done
    all_is_counted()


def test_a_stopped_canvas_is_published_and_stays_stopped(now):
    people(2)
    canvas = launch(delay("wait"), at=now)
    tick(now)
    launching.stop(canvas)
    canvas = publish(canvas, delay("new"), at=now + HOUR, onward={"wait": "new"})
    assert canvas.status == Canvas.Status.STOPPED and standing(canvas) == {"new": 2}
    tick(now + 9 * HOUR)
    assert standing(canvas) == {"new": 2}
    launching.resume(canvas)
    tick(now + 9 * HOUR)
    assert standing(canvas) == {}
    all_is_counted()


def test_a_step_that_comes_back_is_the_same_step(now):
    people(2)
    canvas = launch(delay("wait"), at=now)
    tick(now)
    first = canvas.live_version.document
    publish(canvas, delay("other"), at=now + HOUR, onward={"wait": "other"})
    versions.restore(canvas.pk, 1, Canvas.objects.get().edition)
    canvas = Canvas.objects.get()
    assert canvas.document == first and canvas.live_version.number == 2
    publishing.publish(canvas, now + HOUR, onward={"other": "wait"})
    assert standing(canvas) == {"wait": 2} and canvas.live_version.number == 3
    assert step_numbers(canvas)["wait"] == {"key": "wait", "type": "delay", "entered": 4, "proceeded": 2}
    all_is_counted()


def test_a_step_of_another_type_needs_a_key_of_its_own(now, connection):
    canvas = launch(delay("wait"), at=now)
    with pytest.raises(NotLaunched) as refused:
        publish(canvas, split(FRENCH, key="wait"), at=now)
    assert refused.value.problems[0].id == "canvas.E009"


def test_who_comes_to_a_step_again_by_a_new_version_is_passed_on_again(now, sandbox, connection):
    people(2)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    engine.one_chunk(canvas.pk, now), engine.one_chunk(canvas.pk, now)
    assert standing(canvas) == {"wait": 2} and fate(canvas) == {"pending": 2}
    publish(canvas, delay("wait", "fb"), facebook_step(), at=now)
    engine.one_chunk(canvas.pk, now + HOUR)
    engine.one_chunk(canvas.pk, now + HOUR)
    assert fate(canvas) == {"pending": 4} and SyncBatch.objects.count() == 2
    tick(now + 2 * HOUR)
    assert fate(canvas) == {"synced": 4}
    all_is_counted()


def test_who_stood_at_a_facebook_step_that_is_gone_was_not_passed_on(now, connection, sandbox):
    people(2)
    canvas = launch(facebook_step(then="wait"), delay(), at=now)
    engine.one_chunk(canvas.pk, now)
    publish(canvas, delay(), at=now, onward={"fb": "wait"})
    assert standing(canvas) == {"wait": 2} and fate(canvas) == {"withdrawn": 2}
    all_is_counted()


def test_who_fits_the_exit_filter_at_a_facebook_step_was_not_passed_on(now, connection, sandbox):
    people(2), people(1, country="FR")
    canvas = launch(delay("wait", "fb"), facebook_step(), at=now, exit={"filter": FRENCH})
    Profile.objects.filter(external_id="p0").update(country="")
    tick(now)
    engine.one_chunk(canvas.pk, now + HOUR)
    Profile.objects.filter(external_id="p0").update(country="FR")
    tick(now + HOUR)
    assert fate(canvas) == {"synced": 1, "withdrawn": 1}
    all_is_counted()


def test_what_happened_before_she_came_wakes_nobody_though_her_step_is_the_first_one_now(now):
    people(1)
    canvas = launch(delay("a", "wait"), actions(Bought="c"), delay("c"), at=now)
    tick(now), tick(now + HOUR)
    canvas = publish(canvas, actions(Bought="c"), delay("c"), at=now + HOUR, onward={"a": ""})
    late = {"external_id": "p0", "name": "bought", "time": (now + HOUR / 2).isoformat()}
    track({"events": [late]}, now + 2 * HOUR), tick(now + 2 * HOUR)
    assert standing(canvas) == {"wait": 1}
    did("p0", now + 2 * HOUR), tick(now + 2 * HOUR)
    assert standing(canvas) == {"c": 1}


def test_a_document_that_is_what_is_live_begins_no_draft(now):
    canvas = launch(delay("a"), at=now)
    versions.save(canvas.pk, None, lambda _: dict(canvas.document), None, "Replaced", "test")
    assert not Canvas.objects.get(pk=canvas.pk).drafting


def test_who_came_by_an_event_and_is_erased_is_still_counted_right(now):
    people(2)
    canvas = launch(delay("a"), at=now)
    tick(now)
    entry = {"type": "action", "event": "bought"}
    canvas = publish(canvas, delay("a"), at=now + HOUR, entry=entry, reentry={"allowed": True})
    track({"attributes": [{"external_id": "new"}]}, now), did("new", now + 2 * HOUR)
    tick(now + 2 * HOUR)
    erasure.erase(["new"], now + 2 * HOUR)
    all_is_counted()
