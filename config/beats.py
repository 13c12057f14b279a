"""Heartbeats of the queue's processes, as the times of files that the supervisor watches.

A killed child can block django-q2 for ever (its issues 23 and 339) while all looks well from outside: only work that
is done, by a worker and by the monitor, counts as life.
"""

import os
import time
from pathlib import Path

NAMES = ("worker", "monitor")


def folder() -> Path | None:
    """Where the supervisor of this process looks; None when there is no supervisor."""
    name = os.environ.get("WORKER_BEATS")
    return Path(name) if name else None


def touch(name: str) -> None:
    if path := folder():
        (path / name).touch()


def age(path: Path) -> float:
    """Seconds since the elder of the two beats."""
    return time.time() - min((path / name).stat().st_mtime for name in NAMES)


def from_worker(**kwargs) -> None:
    touch("worker")


def from_monitor(**kwargs) -> None:
    touch("monitor")
