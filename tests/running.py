"""The product as an operator runs it: manage.py and the real worker as processes, on a database of their own.

The database is of the kind that the tests run on; each installation has its own queue, so that none rings another's.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
MAKE_NO_CHECKS = ("doctor", "shell")
STOPS_WITHIN = 30
KEPT = ExitStack()


class Installation:
    """`environment` holds what differs from the environment of the tests."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = os.environ | environment

    def manage(self, *arguments: str | Path, given: str = "") -> str:
        """What the command writes to standard output; AssertionError with all it wrote when it fails."""
        done = subprocess.run(line(*arguments), env=self.environment, input=given, capture_output=True, text=True)
        assert done.returncode == 0, f"{arguments[0]}: {done.stdout}{done.stderr}"
        return done.stdout

    def write(self, name: str, content: dict) -> Path:
        path = self.folder / name
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def numbers(self, canvas: str) -> dict[str, dict]:
        """The numbers of a Canvas by step key."""
        steps = json.loads(self.manage("canvas_numbers", canvas))["steps"]
        return {row["key"]: row for row in steps}

    @contextmanager
    def running(self, *arguments: str | Path) -> Iterator[subprocess.Popen]:
        """A command that runs until the block ends; what it says goes to a file in the folder."""
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            process = subprocess.Popen(line(*arguments), env=self.environment, stdout=log, stderr=subprocess.STDOUT)
            try:
                yield process
            finally:
                process.terminate()
                process.wait(STOPS_WITHIN)

    def processes(self) -> dict[int, str]:
        """Everything that runs on this installation: its process ids and command lines."""
        mark = f"Q_CLUSTER_NAME={self.environment['Q_CLUSTER_NAME']}".encode()
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (process / "environ").read_bytes().split(b"\0"):
                    found[int(process.name)] = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found


def line(command: str, *arguments: str | Path) -> list[str]:
    """Without Django's checks of the code, which take longer than most commands: `make lint` makes them."""
    spared = () if command in MAKE_NO_CHECKS else ("--skip-checks",)
    return [*MANAGE, command, *spared, *map(str, arguments)]


@contextmanager
def installed(folder: Path, graph_url: str, **environment: str) -> Iterator[Installation]:
    """As `setup` leaves it: it is asked once in each process of the tests, and what it made is copied."""
    with copy_of_what_setup_made(folder) as url:
        queue = f"queue-{secrets.token_hex(4)}"
        yield Installation(folder, DATABASE_URL=url, FACEBOOK_GRAPH_URL=graph_url, Q_CLUSTER_NAME=queue, **environment)


@contextmanager
def copy_of_what_setup_made(folder: Path) -> Iterator[str]:
    made = what_setup_made()
    if made.startswith("sqlite"):
        shutil.copyfile(made.removeprefix("sqlite:///"), folder / "installation.sqlite3")
        yield f"sqlite:///{folder / 'installation.sqlite3'}"
        return
    with new_database(folder, template=made.rpartition("/")[2]) as url:
        yield url


@cache
def what_setup_made() -> str:
    """The URL of a database that nobody opens again; it is kept as long as KEPT is."""
    folder = Path(KEPT.enter_context(tempfile.TemporaryDirectory()))
    url = KEPT.enter_context(new_database(folder))
    Installation(folder, DATABASE_URL=url).manage("setup")
    return url


@contextmanager
def new_database(folder: Path, template: str = "template1") -> Iterator[str]:
    """The URL of an empty database, or of a copy (PostgreSQL only), gone after the block."""
    given = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not given.scheme.startswith("postgres"):
        yield f"sqlite:///{folder / 'installation.sqlite3'}"
        return
    name = f"story_{secrets.token_hex(4)}"
    with psycopg.connect(given._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield given._replace(path=f"/{name}").geturl()
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(holds: Callable[[], bool], seconds: float, every: float = 0.1) -> float:
    """How long it took; AssertionError when it takes longer than `seconds`."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(every)
    return time.monotonic() - began
