"""A launch is killed at one point of its way; the next one goes on from there: one audience, nobody lost."""

import json
import signal

import pytest
from django.core.management import call_command
from django.utils import timezone

from canvas import launch as launching
from canvas.models import Canvas, Entry, EntryRun
from integrations.models import CustomAudience
from tests.cast import TOKEN, connect, document, facebook_step, fate, people, tick
from tests.faults.crash_at import LAUNCH_POINTS

pytestmark = pytest.mark.django_db(transaction=True)
MADE_BEFORE = {"before creating the audience": 0}


@pytest.fixture
def killed_launch(installation, sandbox, tmp_path):
    connect(TOKEN, timezone.now())
    people(3)
    file = tmp_path / "canvas.json"
    file.write_text(json.dumps(document(facebook_step())), encoding="utf-8")

    def run(point: str) -> None:
        command = "-m", "tests.faults.crash_at", point, "launch_canvas", str(file)
        assert installation().start(*command).wait(30) == -signal.SIGKILL

    return run


@pytest.mark.parametrize("point", LAUNCH_POINTS)
def test_a_launch_that_died_let_nobody_in_and_the_next_makes_no_second_audience(killed_launch, sandbox, point):
    killed_launch(point)
    assert len(sandbox.audiences()) == MADE_BEFORE.get(point, 1)
    later = timezone.now() + launching.LEASE
    tick(later)
    canvas = Canvas.objects.get()
    assert canvas.status == Canvas.Status.DRAFT and not (EntryRun.objects.exists() or Entry.objects.exists())

    launching.launch(canvas, later)
    tick(later)
    assert fate(canvas) == {"synced": 3}
    [audience] = sandbox.audiences()
    assert sandbox.received(audience["id"])["times"] == {"1": 3}
    assert CustomAudience.objects.get().partner_id == audience["id"]
    call_command("audit_sync")
