"""The product as an operator runs it: manage.py and the real worker as processes, on a database of their own.

The database is of the kind that the tests run on; each installation has its own queue, so that none rings another's.
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(ROOT / "manage.py")]
STOPS_WITHIN = 30


class Installation:
    """`environment` holds what differs from the environment of the tests."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = os.environ | environment

    def manage(self, *arguments: str | Path, given: str = "") -> str:
        """What the command writes to standard output; AssertionError with all it wrote when it fails."""
        done = subprocess.run(
            [*MANAGE, *map(str, arguments)], env=self.environment, input=given, capture_output=True, text=True
        )
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
            process = subprocess.Popen(
                [*MANAGE, *map(str, arguments)], env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
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


@contextmanager
def installed(folder: Path, graph_url: str, **environment: str) -> Iterator[Installation]:
    with new_database(folder) as url:
        queue = f"queue-{secrets.token_hex(4)}"
        product = Installation(
            folder, DATABASE_URL=url, FACEBOOK_GRAPH_URL=graph_url, Q_CLUSTER_NAME=queue, **environment
        )
        product.manage("setup")
        yield product


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """The URL of an empty database, gone after the block."""
    given = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not given.scheme.startswith("postgres"):
        yield f"sqlite:///{folder / 'installation.sqlite3'}"
        return
    name = f"story_{secrets.token_hex(4)}"
    with psycopg.connect(given._replace(path="/postgres").geturl(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
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
