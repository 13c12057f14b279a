"""The real worker, killed in every way there is. Nobody is lost, and the work goes on."""

import os
import signal
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from config.environment import ROOT
from integrations.models import Attempt
from tests.cast import TOKEN, connect, delay, facebook_step, fate, launch, people, tick
from tests.faults.installation import Installation, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = {"SYNC_BATCH_SIZE": 200, "SYNC_LEASE_SECONDS": 2}


@pytest.fixture
def home(installation, sandbox) -> Installation:
    connect(TOKEN, timezone.now())
    return installation(**SMALL)


def flow(count: int, name: str = "Win back"):
    """Launches a Canvas for that many new people."""
    people(count)
    steps = facebook_step(then="wait", audience_name=name), delay()
    return launch(*steps, at=timezone.now(), name=name)


def is_synced(canvas, count: int):
    return lambda: fate(canvas) == {"synced": count}


def sent_batches() -> int:
    return Attempt.objects.filter(outcome="accepted").count()


def state(pid: int) -> str:
    """What the process waits for, in the kernel's words."""
    return Path(f"/proc/{pid}/wchan").read_text()


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def children(home: Installation) -> list[int]:
    """Both workers, the monitor and the pusher, in the order in which the sentinel makes them."""
    running = home.queue()
    parents = {pid: parent(pid) for pid in running}
    sentinels = [pid for pid in running if list(parents.values()).count(pid) >= 4]
    return sorted(pid for pid in running if parents[pid] in sentinels)


def test_kill_9_of_everything_in_mid_sync_loses_nobody(home, sandbox):
    canvas = flow(2_000)
    sandbox.fault("slow", times=None, seconds=0.3, path_regex="/users$")
    home.worker()
    wait_until(lambda: sent_batches() >= 2)
    home.kill_groups()
    wait_until(lambda: not home.processes(), 5)
    assert 0 < fate(canvas)["pending"] < 2_000

    home.worker()
    wait_until(is_synced(canvas, 2_000))
    [audience] = sandbox.audiences()
    assert audience["size"] == 2_000
    assert sandbox.received(audience["id"])["distinct"] == 2_000
    call_command("audit_sync")


def test_sigterm_ends_it_and_leaves_no_process(home):
    worker = home.worker()
    wait_until(lambda: len(children(home)) == 4)
    worker.terminate()
    assert worker.wait(25) == 0
    assert home.processes() == []


def test_a_queue_whose_supervisor_was_killed_ends_by_itself(home):
    worker = home.worker()
    wait_until(lambda: len(children(home)) == 4)
    worker.kill()
    worker.wait()
    wait_until(lambda: not home.processes(), 15)


def test_a_killed_main_process_or_leash_takes_the_group_with_it(home):
    home.worker()
    for place in (0, 1):
        wait_until(lambda: len(children(home)) == 4)
        before = home.queue()
        os.kill(before[place], signal.SIGKILL)
        wait_until(lambda old=before: len(children(home)) == 4 and not set(old) & set(home.queue()))


@pytest.mark.nightly
@pytest.mark.parametrize("child", ["worker", "monitor"])
def test_a_killed_idle_child_is_noticed_and_work_goes_on(home, child):
    home.worker()
    wait_until(lambda: len(children(home)) == 4)
    time.sleep(1)
    *workers, monitor, _ = children(home)
    # Only the one that waits in the pipe, and holds its lock, takes the others with it; where /proc doesn't tell: both.
    readers = [pid for pid in workers if "pipe" in state(pid)] or workers
    before = set(home.queue())
    for pid in [monitor] if child == "monitor" else readers:
        os.kill(pid, signal.SIGKILL)
    canvas = flow(20)
    wait_until(lambda: not before & set(home.queue()), 45)
    wait_until(is_synced(canvas, 20))


def test_two_workers_side_by_side_do_the_work_once(home, sandbox):
    canvas = flow(1_000)
    home.worker(), home.worker()
    wait_until(is_synced(canvas, 1_000))
    [audience] = sandbox.audiences()
    assert sandbox.received(audience["id"])["times"] == {"1": 1_000}
    call_command("audit_sync")


@pytest.mark.parametrize("many", [2, pytest.param(4, marks=pytest.mark.nightly)])
def test_processes_that_race_for_small_batches_do_the_work_once(installation, sandbox, many):
    connect(TOKEN, timezone.now())
    canvas = flow(400)
    home = installation(SYNC_BATCH_SIZE=20)
    racing = [home.start("manage.py", "tick", "--skip-checks") for _ in range(many)]
    assert {one.wait(120) for one in racing} == {0}
    tick(timezone.now())
    assert fate(canvas) == {"synced": 400}
    [audience] = sandbox.audiences()
    assert sandbox.received(audience["id"])["times"] == {"1": 400}
    assert sent_batches() == Attempt.objects.count() == 20
    call_command("audit_sync")


@pytest.mark.nightly
def test_a_worker_in_another_folder_finds_its_project(home, tmp_path):
    canvas = flow(3)
    home.start(str(ROOT / "manage.py"), "worker", cwd=tmp_path)
    wait_until(is_synced(canvas, 3))
