"""A PostgreSQL and a Redis of the test's own, to be killed and started again while the product runs on them."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.running import free_port

SERVES_WITHIN = 30


def postgres_binaries() -> Path | None:
    """The newest installation that can make a cluster; PostgreSQL refuses to run as root, so it needs its user, too."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return found[-1].parent if found else None


class Server:
    """A process that listens on a free port of this machine."""

    def __init__(self) -> None:
        self.port, self.process = free_port(), None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> None:
        self.process = self.run(self.command())
        end = time.monotonic() + SERVES_WITHIN
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, f"{type(self).__name__} does not start"
            time.sleep(0.05)

    def run(self, command: list[str]) -> subprocess.Popen:
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def crash(self, how: int = signal.SIGKILL) -> None:
        self.process.send_signal(how)
        self.process.wait()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *args) -> None:
        if self.process.poll() is None:
            self.crash()


class Redis(Server):
    """Keeps nothing: whoever kills it makes it lose everything."""

    def command(self) -> list[str]:
        return ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"


class Postgres(Server):
    def __enter__(self):
        self.user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
        self.folder = tempfile.mkdtemp(prefix="audience-sync-postgres-")
        if self.user:
            shutil.chown(self.folder, "postgres", "postgres")
        made = self.run([str(postgres_binaries() / "initdb"), "-D", f"{self.folder}/data", "-A", "trust",
                         "-U", "postgres", "-E", "UTF8", "--locale=C", "--no-sync"])  # fmt: skip
        assert made.wait() == 0, "initdb failed"
        return super().__enter__()

    def __exit__(self, *args) -> None:
        with suppress(ProcessLookupError):
            self.crash()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, command: list[str]) -> subprocess.Popen:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, cwd=self.folder, **quiet, **self.user)

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
        }
        given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_binaries() / "postgres"), "-D", f"{self.folder}/data", *given]

    def answers(self) -> bool:
        ready = self.run([str(postgres_binaries() / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)])
        return ready.wait() == 0

    def crash(self, how: int = signal.SIGQUIT) -> None:
        """Cuts off everybody at once, and leaves it to the next start to recover: as a power cut would."""
        super().crash(how)

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"
