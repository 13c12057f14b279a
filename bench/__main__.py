"""All that can be told in one table: what the product does beside its reference, measured in the same run.

    python -m bench [--quick]

Ways take turns; told are medians, the least and the most, and ratios of rounds that were beside one another. Writes
`bench/results/<part>.json`. BENCH_POSTGRES names a server on which a database may be made and dropped.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator

from bench import ground, timed

RESULTS = timed.ROOT / "bench" / "results"
SLOW = 1.0
Figures = dict[str, list[float]]


def main(quick: bool) -> None:
    print(f"{os.cpu_count()} cores, load {' '.join(f'{one:.1f}' for one in os.getloadavg())}; medians (least to most)")
    keep("rows", rows(50_000 if quick else 1_000_000, 3))
    sizes = [20_000] if quick else [10_000, 100_000, 1_000_000]
    with ground.databases(["sqlite", "postgresql"]) as urls:
        for vendor, url in urls.items():
            command = [sys.executable, "manage.py", "setup"]
            environment = os.environ | {"DATABASE_URL": url}
            subprocess.run(command, cwd=timed.ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
            for count in sizes:
                timed.together([timed.child("bench.journey", url, 0, "fill", count)])
                keep(f"{vendor}-{count}", journeys(url, count, 2 if quick else 3))


def rows(count: int, rounds: int) -> Figures:
    """Seconds of processor time a person, and how many times faster than each reference ours is."""
    figures = timed.together([timed.child("bench.rows", count, rounds)])["told"][0]["rounds"]
    for name in list(figures)[1:]:
        figures[f"x {name}"] = ratios(figures[name], figures["ours"])
    return figures


def journeys(url: str, count: int, rounds: int) -> Figures:
    """Seconds, megabytes, and shares of the limit."""
    with timed.null_server() as port, timed.null_server(SLOW) as slow:
        ways = dict(ways_of(url, count, port, slow))
        figures = timed.in_turn(ways, rounds)
    figures["of the limit"] = ratios(figures["limit"], figures["product"])
    figures["speed-up of two"] = ratios(figures["product"], figures["two workers"])
    figures["of its own speed, 1 s away"] = ratios(figures["product"], figures["1 s away"])
    beyond = [more - less for more, less in zip(figures["10 steps"], figures["product"], strict=True)]
    figures["ms a further step and 10,000"] = [1000 * one / 8 / (count / 10_000) for one in beyond]
    return figures


def ways_of(url: str, count: int, port: int, slow: int) -> Iterator[tuple[str, Callable[[], float]]]:
    def limit() -> float:
        return timed.together([timed.child("bench.limit", url, port, 1, count)])["seconds"]

    def product(there: int, steps: int = 2, workers: int = 1) -> float:
        timed.together([timed.child("bench.journey", url, there, "prepare", count, steps, 1)])
        took = timed.together([timed.child("bench.journey", url, there, "work") for _ in range(workers)])
        timed.together([timed.child("bench.journey", url, there, "check", count, steps, 1)])
        peaks.append(took["mb"])
        return took["seconds"]

    peaks: list[float] = []
    yield "limit", limit
    yield "product", lambda: product(port)
    yield "10 steps", lambda: product(port, steps=10)
    yield "two workers", lambda: product(port, workers=2)
    yield "1 s away", lambda: product(slow)
    yield "megabytes", lambda: max(peaks)


def ratios(above: list[float], below: list[float]) -> list[float]:
    return [one / other for one, other in zip(above, below, strict=True)]


def keep(part: str, figures: Figures) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{part}.json").write_text(json.dumps({"load": os.getloadavg(), "figures": figures}, indent=1) + "\n")
    for name, values in figures.items():
        least, median, most = min(values), statistics.median(values), max(values)
        print(f"{part:20} {name:30} {median:12.6g}  ({least:.6g} to {most:.6g})", flush=True)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small sizes, about a minute on a quiet machine")
    main(asked.parse_args().quick)
