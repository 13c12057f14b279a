"""What the supervisor decides, without a cluster. (Its life and deaths are in tests/faults/test_worker_killed.py.)"""

import os
import subprocess
import time

import pytest
from django.conf import settings
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.conf import Conf

from config import beats, schedules, supervisor
from config.management.commands.worker import MARGIN
from config.supervisor import Supervisor
from tests.cast import delay, launch, people


@pytest.fixture
def watcher():
    """A supervisor whose queue is a process that only lives."""
    made = Supervisor(dead_after=60)
    made.cluster = subprocess.Popen(["sleep", "60"], stdin=subprocess.PIPE, start_new_session=True)
    for name in beats.NAMES:
        (made.beats / name).touch()
    yield made
    made.end_group()


def test_without_a_supervisor_there_are_no_beats(monkeypatch):
    monkeypatch.delenv("WORKER_BEATS", raising=False)
    beats.touch("worker")
    assert beats.folder() is None


def test_the_elder_beat_counts(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKER_BEATS", str(tmp_path))
    beats.from_worker(), beats.from_monitor()
    os.utime(tmp_path / "monitor", (time.time() - 50,) * 2)
    assert 50 <= beats.age(tmp_path) < 55
    beats.from_monitor()
    assert beats.age(tmp_path) < 5


def test_a_healthy_queue_is_never_taken_for_dead():
    """Longest silence: a shift's last pass begins just before its end and takes as long as a lease; then a pulse."""
    assert schedules.SHIFT + settings.SYNC_LEASE_SECONDS <= schedules.LONGEST_TASK <= settings.Q_CLUSTER["timeout"]
    assert supervisor.PULSE_EVERY <= MARGIN


@pytest.mark.django_db(transaction=True)
def test_it_rings_for_what_is_due_and_adds_no_pulse_to_a_bell(watcher, queue):
    people(1)
    launch(delay(), at=timezone.now())
    watcher.next_pulse = time.monotonic() + 60
    watcher.watch(), watcher.watch()
    assert queue.queue_size() == 1


@pytest.mark.django_db(transaction=True)
def test_an_idle_queue_gets_a_pulse_and_not_a_second_one(watcher, queue):
    watcher.watch(), watcher.watch()
    assert queue.queue_size() == 1
    queue.purge_queue()
    watcher.watch()
    assert queue.queue_size() == 0


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_end_it(watcher, monkeypatch, caplog):
    monkeypatch.setattr(Conf, "ORM", None)
    monkeypatch.setattr(Conf, "REDIS", "redis://127.0.0.1:1/0")
    with pytest.raises(supervisor.UNREACHABLE):
        get_broker().queue_size()
    watcher.watch()
    assert "Database or broker can't be reached (ConnectionError)" in caplog.text
    assert watcher.cluster.poll() is None


def test_end_group_leaves_nothing_even_of_a_queue_that_ignores_it(monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE", 0.2)
    deaf = Supervisor(dead_after=60)
    command = ["sh", "-c", "trap '' TERM; echo ready; sleep 60 & sleep 60"]
    deaf.cluster = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
    with deaf.cluster.stdout as told:
        assert told.readline() == b"ready\n"
        deaf.end_group()
        assert told.read() == b""
    assert deaf.cluster.returncode == -9
