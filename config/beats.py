"""Heartbeats of the queue's processes, as the times of files that the supervisor watches.

A killed child can block django-q2 for ever (its issues 23 and 339) while all looks well from outside: only work that
is done, by a worker and by the monitor, counts as life.
"""

import contextlib
import os
import time
from datetime import datetime
from pathlib import Path

from django.core.cache import cache
from django.db import Error
from django.utils import timezone
from redis.exceptions import RedisError

ANSWER = "worker.answered"
NAMES = ("worker", "monitor")


def folder() -> Path | None:
    """Where the supervisor of this process looks; None when there is no supervisor."""
    name = os.environ.get("WORKER_BEATS")
    return Path(name) if name else None


def touch(name: str) -> None:
    if path := folder():
        (path / name).touch()


def answer_pulse() -> None:
    """Leaves the time where every process can read it: for those who look from outside. Losing one does no harm."""
    with contextlib.suppress(Error, RedisError, OSError):
        cache.set(ANSWER, timezone.now(), None)


def last_answer() -> datetime | None:
    return cache.get(ANSWER)


def age(path: Path) -> float:
    """Seconds since the elder of the two beats."""
    return time.time() - min((path / name).stat().st_mtime for name in NAMES)


def from_worker(**kwargs) -> None:
    touch("worker")


def from_monitor(**kwargs) -> None:
    touch("monitor")
