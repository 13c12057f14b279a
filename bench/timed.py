"""A measuring process: it makes itself ready, waits until it is told, and tells what it took.

The parent starts it, waits for "ready", and only then the clock runs: nobody's imports are measured.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def when_told(work: Callable[[], dict]) -> None:
    """In the child."""
    gc.collect()
    start = peak()
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    told = work()
    took = time.perf_counter() - began
    print(json.dumps(told | {"seconds": took, "mb_before": start, "mb": peak()}), flush=True)


def peak() -> float:
    """The most that this process ever held, in megabytes (Linux only)."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024


def child(module: str, *arguments: object, **environment: str) -> subprocess.Popen:
    made = subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)], cwd=ROOT, env=os.environ | environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert made.stdout.readline() == "ready\n", f"{module} did not come up"
    return made


def together(children: Sequence[subprocess.Popen]) -> dict[str, Any]:
    """All of them at once: what the slowest took; what they tell is added up."""
    began = time.perf_counter()
    for one in children:
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.stdout.readline()) for one in children]
    took = time.perf_counter() - began
    for one in children:
        one.communicate()
    return {"seconds": took, "mb": max(one["mb"] for one in told), "people": sum(one.get("people", 0) for one in told),
            "told": told}  # fmt: skip


@contextmanager
def null_server(latency: float = 0.0):
    """Its port."""
    port = free_port()
    server = child("bench.null_server", port, latency)
    try:
        yield port
    finally:
        server.terminate()
        server.wait()


def free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def processor(work: Callable[[], Any]) -> float:
    """Seconds of this process alone: others on the machine count less."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_turn(ways: dict[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The ways take turns, in reversed order every other round."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            taken[name].append(ways[name]())
    return taken
