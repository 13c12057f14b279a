"""The project's commands as real processes: on the database of whoever starts them, with a queue of their own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from django.db import connection as database
from django_q.brokers import get_broker

from config.environment import ROOT


class Installation:
    """The project's commands as processes, known by a mark in their environment wherever they end up."""

    def __init__(self, graph_url: str, log: Path | None = None, **settings: object) -> None:
        """What they write goes to `log`, where one is given."""
        self.mark, self.started, self.log = uuid4().hex, [], log or Path(os.devnull)
        own = {"DATABASE_URL": database_url(), "FACEBOOK_GRAPH_URL": graph_url, "Q_CLUSTER_NAME": self.mark}
        self.environment = os.environ | own | {name: str(value) for name, value in settings.items()}

    def start(self, *command: str, cwd: Path = ROOT, given: str = "") -> subprocess.Popen:
        """Its process group is its own, as under a service manager. `given` stands on its standard input."""
        with self.log.open("ab") as log:
            made = subprocess.Popen(
                [sys.executable, *command], cwd=cwd, env=self.environment, start_new_session=True, text=True,
                stdin=subprocess.PIPE, stdout=log, stderr=log,
            )  # fmt: skip
        with made.stdin as standard_input:
            standard_input.write(given)
        self.started.append(made)
        return made

    def worker(self) -> subprocess.Popen:
        return self.start("manage.py", "worker", "--skip-checks")

    def processes(self) -> list[int]:
        """Every living process of ours: children inherit the mark, orphans keep it."""
        found = [path for path in Path("/proc").iterdir() if path.name.isdecimal()]
        return sorted(int(path.name) for path in found if self.mark.encode() in read(path / "environ"))

    def queue(self) -> list[int]:
        """The group of the queue: its leash, main, sentinel, and their children (workers, monitor, pusher)."""
        return [pid for pid in self.processes() if b"qcluster" in read(Path(f"/proc/{pid}/cmdline"))]

    def kill_groups(self) -> None:
        """kill -9 of every process group."""
        for group in {os.getpgid(pid) for pid in self.processes()}:
            os.killpg(group, signal.SIGKILL)

    def destroy(self) -> None:
        while running := self.processes():
            for pid in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        for process in self.started:
            process.wait()
        get_broker(self.mark).delete_queue()


def read(path: Path) -> bytes:
    """Empty for a process that has gone in the meantime, or is a zombie."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def database_url() -> str:
    own = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{own['NAME']}"
    login = f"{quote(own['USER'])}:{quote(own['PASSWORD'])}" if own["PASSWORD"] else quote(own["USER"])
    return f"postgres://{login}@{own['HOST']}:{own['PORT'] or 5432}/{own['NAME']}"


def wait_until(holds: Callable[[], object], seconds: float = 30, every: float = 0.1) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"It did not come true within {seconds} s"
        time.sleep(every)
