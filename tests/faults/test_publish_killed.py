"""Publishing is killed at one point of its way: what was live is live, and the next try goes on from there."""

import json
import signal

import pytest
from django.core.management import call_command
from django.utils import timezone

from canvas import launch as launching
from canvas import publishing
from canvas.models import Canvas
from tests.cast import TOKEN, connect, delay, document, facebook_step, fate, launch, people, step_numbers, tick
from tests.faults.crash_at import PUBLISH_POINTS

pytestmark = pytest.mark.django_db(transaction=True)
ONWARD = {"wait": "fb"}


@pytest.mark.parametrize("point", PUBLISH_POINTS)
def test_what_was_live_stays_live_and_the_next_try_makes_no_second_audience(installation, sandbox, tmp_path, point):
    began = timezone.now()
    connect(TOKEN, began)
    people(3)
    canvas = launch(delay("wait"), at=began)
    tick(began)
    file = tmp_path / "canvas.json"
    file.write_text(json.dumps(document(facebook_step())), encoding="utf-8")
    command = "-m", "tests.faults.crash_at", point, "launch_canvas", str(file), "--onward", "wait=fb"
    assert installation().start(*command).wait(30) == -signal.SIGKILL

    canvas = Canvas.objects.get(pk=canvas.pk)
    assert canvas.live_version.number == 1 and canvas.versions.count() == 1 and canvas.drafting
    assert step_numbers(canvas)["wait"]["proceeded"] == 0 and list(step_numbers(canvas)) == ["wait"]
    call_command("audit_sync")

    later = timezone.now() + launching.LEASE
    publishing.publish(canvas, later, onward=ONWARD)
    tick(later)
    [audience] = sandbox.audiences()
    assert fate(canvas) == {"synced": 3} and sandbox.received(audience["id"])["times"] == {"1": 3}
    call_command("audit_sync")
