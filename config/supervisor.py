"""The supervisor: starts the queue in a process group of its own, rings it when something is due, and restarts the
whole group when its heart stops.
"""

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import Error, close_old_connections, connection
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.tasks import async_task
from redis.exceptions import RedisError

from . import beats, schedules
from .environment import ROOT
from .leash import GRACE

log = logging.getLogger(__name__)
PULSE_EVERY = 10.0
UNREACHABLE = (Error, OSError, RedisError)


class Supervisor:
    """One queue cluster under watch. `dead_after` (seconds) must be longer than the longest task."""

    def __init__(self, dead_after: float) -> None:
        self.dead_after = dead_after
        self.beats = Path(tempfile.mkdtemp(prefix="audience-sync-"))
        self.cluster: subprocess.Popen | None = None
        self.stopping = False
        self.next_pulse = 0.0

    def run(self) -> None:
        """Until it is told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self.start()
        try:
            while not self.stopping:
                self.watch()
                time.sleep(1)
        finally:
            self.end_group()
            shutil.rmtree(self.beats, ignore_errors=True)

    def stop(self, *args) -> None:
        self.stopping = True

    def start(self) -> None:
        for name in beats.NAMES:
            (self.beats / name).touch()
        environment = os.environ | {"WORKER_BEATS": str(self.beats)}
        command = [sys.executable, "-m", "config.leash", sys.executable, "manage.py", "qcluster"]
        self.cluster = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True
        )
        log.info("Queue started in process group %s", self.cluster.pid)

    def watch(self) -> None:
        """One second's work."""
        if self.cluster.poll() is not None or beats.age(self.beats) > self.dead_after:
            log.error("The queue is dead: its whole process group is started anew")
            self.end_group()
            self.start()
        try:
            close_old_connections()
            self.pulse()
            schedules.ring_if_due(timezone.now())
        except UNREACHABLE as error:
            log.warning("Database or broker can't be reached (%s); trying again", type(error).__name__)
            connection.close()

    def pulse(self) -> None:
        if time.monotonic() >= self.next_pulse and get_broker().queue_size() == 0:
            self.next_pulse = time.monotonic() + min(PULSE_EVERY, self.dead_after / 4)
            async_task(schedules.pulse)

    def end_group(self) -> None:
        """SIGTERM to the leader, which lets the queue finish; what is left of the group after the grace is killed."""
        group = self.cluster.pid
        self.cluster.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.cluster.wait(GRACE)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        self.cluster.wait()
        self.cluster.stdin.close()
