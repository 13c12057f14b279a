"""How fast people come in, from a CSV file and over the API, against the bare COPY or executemany of the same rows.

    [DATABASE_URL=postgres://...] nice python -m bench.importing [--people 100000] [--rounds 3] [--json]

Makes a test database and drops it. The ways take turns, in reversed order every other round; the floor is a table
without index. Afterwards segments are counted and people searched for over those who came in (`bench.finding`). Peak
memory is that of this process, at a tenth of the people and at all of them. As JSON it tells the seconds only.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["API_CALLS_PER_MINUTE"] = "1000000"
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import get_runner, setup_test_environment  # noqa: E402

from bench import finding, loading  # noqa: E402

WAYS: dict[str, Callable[[loading.Files], None]] = {
    "floor: bare rows": loading.bare,
    "bare rows, our indexes": loading.indexed,
    "CSV import: check": loading.check,
    "CSV import: write": loading.write,
    "over the API": loading.track,
}


class Taken(NamedTuple):
    """Seconds of each round, and the megabytes that the process held at most."""

    seconds: list[float]
    peaks: list[float]


def main(count: int, rounds: int, ways: list[str], as_json: bool) -> None:
    print(f"{connection.vendor}, {count:,} people, {rounds} rounds, {os.cpu_count()} cores, load {load()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        settings.IMPORT_DIR = folder
        if as_json:
            taken = measured(loading.prepared(Path(folder), count), rounds, ways)
            print(json.dumps({name: one.seconds for name, one in taken.items()}))
            return
        tenth = measured(loading.prepared(Path(folder), count // 10), 1, ways)
        files = loading.prepared(Path(folder), count)
        whole = measured(files, rounds, ways)
        show(count, tenth, whole)
        print(f"load {load()}\n", flush=True)
        loading.fill(files)
        finding.show()


def measured(files: loading.Files, rounds: int, ways: list[str]) -> dict[str, Taken]:
    taken = {name: Taken([], []) for name, way in WAYS.items() if way.__name__ in ways}
    for number in range(rounds):
        for name in list(taken)[:: -1 if number % 2 == 0 else 1]:
            way = WAYS[name]
            loading.ready(way, files)
            Path("/proc/self/clear_refs").write_text("5")
            began = time.perf_counter()
            way(files)
            taken[name].seconds.append(time.perf_counter() - began)
            taken[name].peaks.append(peak())
            print(f"  {name}: {taken[name].seconds[-1]:.1f} s, load {load()}", file=sys.stderr, flush=True)
            if way is loading.write:
                loading.export(files)
    loading.ready(loading.write, files)
    loading.write(files)
    return taken


def peak() -> float:
    """Megabytes since the last look (Linux only)."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1000


def show(count: int, tenth: dict[str, Taken], whole: dict[str, Taken]) -> None:
    floor = statistics.median(whole[next(iter(WAYS))].seconds)
    print(f"{'':24}{'people/s':>10}{'µs each':>9}{'min-max':>16}{'x floor':>9}   peak MB at a tenth, at all")
    for name, (seconds, peaks) in whole.items():
        median, each = statistics.median(seconds), [1e6 * one / count for one in (min(seconds), max(seconds))]
        print(
            f"{name:24}{count / median:>10,.0f}{1e6 * median / count:>9.1f}{each[0]:>9.1f}-{each[1]:<6.1f}"
            f"{median / floor:>9.1f}   {max(tenth[name].peaks):.0f}, {max(peaks):.0f}"
        )


def load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--ways", nargs="+", default=[way.__name__ for way in WAYS.values()])
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        main(given.people, given.rounds, given.ways, given.json)
    finally:
        runner.teardown_databases(databases)
