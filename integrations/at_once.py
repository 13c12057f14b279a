"""Reads over the network at once, in threads, within a time limit."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from .errors import Unavailable

AT_ONCE = 8


def together(end: float, *reads: Callable[[], Any]) -> list[Future]:
    """Begins all of them and waits until `end` (monotonic). None of them may touch the database."""
    pool = ThreadPoolExecutor(AT_ONCE)
    futures = [pool.submit(read) for read in reads]
    wait(futures, max(0.0, end - time.monotonic()))
    pool.shutdown(wait=False, cancel_futures=True)
    return futures


def result(read: Future) -> Any:
    if read.cancelled() or not read.done():
        raise Unavailable("It took too long to answer.")
    return read.result()
