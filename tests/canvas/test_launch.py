"""Launch, stop and resume: whatever happens on the way there is one audience, and nobody is in before it is there."""

import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection as database

from canvas import launch as launching
from canvas.models import Canvas, Entry, EntryRun, Step, Version
from config.team.models import AuditEvent, User
from integrations import creating
from integrations.facebook.partner import Facebook
from integrations.models import AdAccount, CustomAudience
from tests.cast import ACCOUNT, TOKEN, connect, delay, document, draft, facebook_step, fate, launch, people, tick

pytestmark = pytest.mark.django_db
LATER = launching.LEASE + timedelta(seconds=1)
LISTS = "customaudiences"


class Crash(BaseException):
    """As when the process is killed: no handler of an error takes it."""


def crash(*args, **kwargs):
    raise Crash


def names(sandbox) -> list[str]:
    return sorted(audience["name"] for audience in sandbox.audiences())


def nobody_is_in(canvas) -> bool:
    canvas.refresh_from_db()
    started = canvas.versions.exists() or EntryRun.objects.exists() or Entry.objects.exists()
    return canvas.status == Canvas.Status.DRAFT and not started


def refused(canvas, now) -> list[str]:
    with pytest.raises(launching.NotLaunched) as refusal:
        launching.launch(canvas, now)
    return [problem.id for problem in launching.errors(refusal.value.problems)]


def test_a_launch_freezes_the_version_and_opens_the_doors(connection, sandbox, now):
    jane = User.objects.create_user("jane@example.com")
    people(2)
    canvas = draft(facebook_step())
    launching.launch(canvas, now, actor=jane, via="dashboard")
    version = Version.objects.get()
    assert (canvas.status, canvas.live_version, version.number) == (Canvas.Status.ACTIVE, version, 1)
    assert (version.document, version.published_by) == (canvas.document, jane)
    assert EntryRun.objects.get().planned_at == now
    line = AuditEvent.objects.get(action="canvas.launched")
    assert (line.actor, line.via, line.target, line.details) == (jane, "dashboard", "Win back", {"version": 1})


def test_the_version_stays_as_it_was_when_the_draft_changes(now):
    canvas = launch(delay(), at=now)
    canvas.document["steps"].clear()
    canvas.save()
    assert len(Version.objects.get().document["steps"]) == 1


def test_a_second_click_finds_it_launched(connection, sandbox, now):
    canvas = launch(facebook_step(), at=now)
    assert refused(canvas, now) == ["canvas.E008"]
    assert canvas.status == Canvas.Status.ACTIVE and Version.objects.count() == 1
    assert names(sandbox) == ["Win back"]


def test_only_a_draft_is_launched_and_the_refusal_says_what_to_do(now):
    canvas = draft(delay())
    for status, cure in (("stopped", "Resume"), ("archived", "Duplicate"), ("launching", "launch again after")):
        Canvas.objects.update(status=status, launch_until=now)
        with pytest.raises(launching.NotLaunched, match=cure):
            launching.launch(canvas, now)
        canvas.refresh_from_db()
        assert canvas.status == status


def test_a_crash_between_creating_and_activating_leaves_a_draft_whose_next_launch_uses_the_audience(
    connection, sandbox, now, monkeypatch
):
    people(1)
    canvas = draft(facebook_step())
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(launching, "activate", crash)
        launching.launch(canvas, now)
    assert nobody_is_in(canvas) and names(sandbox) == ["Win back"]
    launching.launch(canvas, now)
    tick(now)
    assert names(sandbox) == ["Win back"] and fate(canvas) == {"synced": 1}


def test_a_launch_that_was_killed_falls_back_to_draft_after_its_lease(connection, sandbox, now):
    canvas = draft(facebook_step())
    launching.take(canvas, now)
    assert refused(canvas, now) == ["canvas.E008"]
    assert launching.bury_dead(now) == 0
    tick(now + LATER)
    assert nobody_is_in(canvas)
    launching.launch(canvas, now + LATER)
    assert canvas.status == Canvas.Status.ACTIVE


def test_the_next_launch_need_not_wait_for_the_burial(connection, sandbox, now):
    canvas = draft(facebook_step())
    launching.take(canvas, now)
    launching.launch(canvas, now + LATER)
    assert canvas.status == Canvas.Status.ACTIVE


def test_a_launch_that_was_taken_for_dead_does_not_activate_beside_its_successor(connection, sandbox, now, monkeypatch):
    canvas, prepare = draft(facebook_step()), launching.prepare

    def slow(*args):
        prepare(*args)
        monkeypatch.setattr(launching, "prepare", prepare)
        launching.launch(Canvas.objects.get(pk=canvas.pk), now + LATER)

    monkeypatch.setattr(launching, "prepare", slow)
    assert refused(canvas, now) == ["canvas.E008"]
    assert canvas.status == Canvas.Status.ACTIVE
    assert Version.objects.count() == 1 and names(sandbox) == ["Win back"]


def test_a_launch_that_was_taken_for_dead_leaves_its_successor_alone(connection, sandbox, now, monkeypatch):
    canvas, prepare = draft(facebook_step()), launching.prepare
    successor = []

    def slow(*args):
        prepare(*args)
        successor.append(launching.take(Canvas.objects.get(pk=canvas.pk), now + LATER))

    monkeypatch.setattr(launching, "prepare", slow)
    assert refused(canvas, now) == ["canvas.E008"]
    assert (canvas.status, canvas.launch_token) == (Canvas.Status.LAUNCHING, successor[0])
    assert not Version.objects.exists() and not EntryRun.objects.exists()


@pytest.mark.parametrize("fault", ["drop_after", "truncated_json", {"kind": "http_500_html", "work": True}])
def test_an_answer_that_is_lost_after_the_audience_was_made_makes_no_second_one(connection, sandbox, now, fault):
    fault = {"kind": fault} if isinstance(fault, str) else fault
    sandbox.fault(**fault, method="POST", path_regex=LISTS)
    canvas = launch(facebook_step(), at=now)
    assert names(sandbox) == ["Win back"]
    assert CustomAudience.objects.get().partner_id == sandbox.audiences()[0]["id"]
    assert canvas.status == Canvas.Status.ACTIVE


def test_when_nobody_can_say_whether_it_was_made_the_next_launch_finds_it_by_its_mark(connection, sandbox, now):
    people(1)
    sandbox.fault("drop_after", method="POST", path_regex=LISTS)
    sandbox.fault("drop_before", method="GET", path_regex=LISTS, after=1, times=None)
    canvas = draft(facebook_step())
    assert refused(canvas, now) == ["facebook.E012"]
    assert nobody_is_in(canvas) and names(sandbox) == ["Win back"]
    sandbox.clear_faults()
    launching.launch(canvas, now)
    assert names(sandbox) == ["Win back"]
    assert CustomAudience.objects.get().partner_id == sandbox.audiences()[0]["id"]


def test_a_launch_that_was_killed_before_it_wrote_down_the_audience_is_picked_up_by_the_mark(connection, sandbox, now):
    people(1)
    canvas = draft(facebook_step())
    launching.take(canvas, now)
    step = Step.objects.create(canvas=canvas, key="fb", type="facebook_audience")
    audience = creating.audience_for(step, AdAccount.objects.get(account_id=ACCOUNT), "Win back", ["email"])
    creating.take(audience, now)
    Facebook().create_audience(audience)
    assert refused(canvas, now + timedelta(seconds=60)) == ["canvas.E008"]
    launching.launch(canvas, now + LATER)
    tick(now + LATER)
    assert names(sandbox) == ["Win back"] and fate(canvas) == {"synced": 1}


def test_an_answer_that_comes_too_late_makes_no_second_audience(connection, sandbox, now, monkeypatch):
    monkeypatch.setattr("integrations.facebook.partner.CREATING", 1)
    sandbox.fault("slow", method="POST", path_regex=LISTS, seconds=2.5)
    launch(facebook_step(), at=now)
    assert names(sandbox) == ["Win back"]


def test_an_audience_of_the_same_name_is_not_taken_for_ours(connection, sandbox, now):
    launch(facebook_step(), at=now, name="One")
    sandbox.fault("drop_before", method="POST", path_regex=LISTS)
    canvas = draft(facebook_step(), name="Two")
    assert refused(canvas, now) == ["facebook.E012"]
    launching.launch(canvas, now)
    assert names(sandbox) == ["Win back", "Win back"]
    assert len(set(CustomAudience.objects.values_list("partner_id", flat=True))) == 2


def test_what_was_made_before_another_creation_failed_is_reused(connection, sandbox, now):
    people(1)
    canvas = draft(facebook_step("a", "b"), facebook_step("b", audience_name="Second"))
    sandbox.fault("code_2", method="POST", path_regex=LISTS, after=1)
    assert refused(canvas, now) == ["facebook.E012"]
    assert nobody_is_in(canvas) and names(sandbox) == ["Win back"]
    first = CustomAudience.objects.get(name="Win back").partner_id
    launching.launch(canvas, now)
    assert names(sandbox) == ["Second", "Win back"]
    assert CustomAudience.objects.get(name="Win back").partner_id == first


def test_all_creations_that_fail_are_told_at_once(connection, sandbox, now):
    canvas = draft(facebook_step("a", "b"), facebook_step("b", audience_name="Second"))
    sandbox.fault("error", code=2654, subcode=1713092, method="POST", path_regex=LISTS, times=None)
    assert refused(canvas, now) == ["facebook.E007", "facebook.E007"]


@pytest.mark.parametrize(
    ("change", "audiences"),
    [({"fields": ["phone"]}, ["Win back"]), ({"audience_name": "Come again"}, ["Come again", "Win back"])],
)
def test_other_fields_keep_the_audience_and_another_name_makes_a_new_one(
    connection, sandbox, now, monkeypatch, change, audiences
):
    canvas = draft(facebook_step())
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(launching, "activate", crash)
        launching.launch(canvas, now)
    canvas.document["steps"] = [facebook_step(**change)]
    canvas.save()
    launching.launch(canvas, now)
    assert names(sandbox) == audiences
    chosen = canvas.document["steps"][0]["settings"]
    assert CustomAudience.objects.get(name=chosen["audience_name"]).fields == chosen["fields"]


def test_stopping_and_resuming_is_told_in_the_audit_log_once_each(now):
    jane = User.objects.create_user("jane@example.com")
    canvas = launch(delay(), at=now)
    assert not launching.resume(canvas, jane)
    for _ in range(2):
        launching.stop(canvas, jane, "dashboard")
    assert canvas.status == Canvas.Status.STOPPED
    for _ in range(2):
        launching.resume(canvas, jane, "dashboard")
    lines = AuditEvent.objects.order_by("pk").values_list("action", "target", "actor", "via")
    assert list(lines) == [
        ("canvas.launched", "Win back", None, "command line"),
        ("canvas.stopped", "Win back", jane.pk, "dashboard"),
        ("canvas.resumed", "Win back", jane.pk, "dashboard"),
    ]


def test_a_document_with_a_step_of_another_type_under_an_old_key_is_launched(connection, sandbox, now, monkeypatch):
    canvas = draft(facebook_step("a"))
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(launching, "activate", crash)
        launching.launch(canvas, now)
    canvas.document["steps"] = [delay("a")]
    canvas.save()
    launching.launch(canvas, now)
    assert canvas.steps.get().type == "delay"


def at_once(*works) -> list:
    """Runs each in a thread with a database connection of its own; what they returned, or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(at: int, work) -> None:
        try:
            barrier.wait(10)
            results[at] = work()
        except Exception as error:
            results[at] = error
        finally:
            database.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", [{"kind": "slow", "seconds": 0.5}, {"kind": "drop_after"}])
def test_two_launches_at_once_make_one_audience_and_one_version(sandbox, now, fault):
    connect(TOKEN, now)
    people(3)
    canvas = draft(facebook_step())
    sandbox.fault(**fault, method="POST", path_regex=LISTS)
    copies = [Canvas.objects.get(pk=canvas.pk) for _ in range(2)]
    results = at_once(*(lambda copy=copy: launching.launch(copy, now) for copy in copies))
    (lost,) = [result for result in results if isinstance(result, Exception)]
    assert isinstance(lost, launching.NotLaunched) and [each.id for each in launching.errors(lost.problems)] == [
        "canvas.E008"
    ]
    assert names(sandbox) == ["Win back"] and Version.objects.count() == EntryRun.objects.count() == 1
    tick(now)
    assert fate(canvas) == {"synced": 3}


@pytest.mark.django_db(transaction=True)
def test_the_same_file_launched_twice_at_once_makes_one_canvas_and_one_audience(sandbox, now, tmp_path):
    connect(TOKEN, now)
    path = tmp_path / "canvas.json"
    path.write_text(json.dumps(document(facebook_step())))
    sandbox.fault("slow", method="POST", path_regex=LISTS, seconds=0.3)
    results = at_once(*[lambda: call_command("launch_canvas", str(path), stdout=StringIO())] * 3)
    assert [str(result) for result in results if result] in ([], ["Win back was not launched."] * 2)
    assert Canvas.objects.get().status == Canvas.Status.ACTIVE
    assert names(sandbox) == ["Win back"] and Version.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_hands_on_one_audience_make_it_once(sandbox, now):
    """As when the first launch was taken for dead while it waited for Facebook."""
    connect(TOKEN, now)
    step = Step.objects.create(canvas=draft(facebook_step()), key="fb", type="facebook_audience")
    account = AdAccount.objects.get(account_id=ACCOUNT)
    audience = creating.audience_for(step, account, "Win back", ["email"])
    sandbox.fault("slow", method="POST", path_regex=LISTS, seconds=0.5)
    copies = [CustomAudience.objects.get(pk=audience.pk) for _ in range(2)]
    results = at_once(*(lambda copy=copy: creating.ensure_created(copy, now) for copy in copies))
    assert [type(result).__name__ for result in results if result] == ["Unavailable"]
    assert names(sandbox) == ["Win back"] and CustomAudience.objects.get().create_tries == 1
