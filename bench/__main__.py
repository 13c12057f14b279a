"""All that can be told in one table: what the product does beside its reference, measured in the same run.

    python -m bench [--quick] [--only PART ...] [--rounds N]

Ways take turns, in reversed order every other round; told are medians, the least and the most, and ratios of rounds
that were beside one another. Unless it is quick it writes `bench/results/<part>.json`, of which `python -m bench.table`
makes the README's table. BENCH_POSTGRES names a server on which a database may be made and dropped.
"""

import argparse
import json
import os
import statistics
from collections.abc import Iterator

from bench import ground, timed, ways

RESULTS = timed.ROOT / "bench" / "results"
PARTS = ("rows", "ones", "latency", "journeys", "importing", "pages")
Figures = dict[str, list[float]]


def main(parts: list[str], quick: bool, rounds: int) -> None:
    print(f"{os.cpu_count()} cores, load {' '.join(f'{one:.1f}' for one in os.getloadavg())}; medians (least to most)")
    for part, figures in all_of(parts, quick, rounds):
        show(part, figures)
        if not quick:
            keep(part, figures)


def all_of(parts: list[str], quick: bool, rounds: int) -> Iterator[tuple[str, Figures]]:
    if "rows" in parts:
        yield "rows", ways.rows(50_000 if quick else 1_000_000, rounds)
    with ground.databases(["sqlite", "postgresql"]) as urls:
        for vendor, url in urls.items():
            for part, figures in measured(url, parts, quick, rounds):
                yield f"{vendor}-{part}", figures


def measured(url: str, parts: list[str], quick: bool, rounds: int) -> Iterator[tuple[str, Figures]]:
    """On one database, which grows from part to part."""
    ways.manage(url, "setup")
    if "latency" in parts:
        yield "latency", ways.latency(url, 10 if quick else 40)
    for count in [20_000] if quick else [10_000, 100_000, 1_000_000]:
        if {"journeys", "ones"} & set(parts):
            timed.together([timed.child("bench.journey", url, 0, "fill", count)])
        if "ones" in parts and count in (20_000, 100_000):
            yield "ones", ways.ones(url, count, rounds)
        if "journeys" in parts:
            yield f"{count}", ways.journeys(url, count, rounds)
    if "importing" in parts:
        yield "importing", ways.importing(url, 5_000 if quick else 50_000, rounds)
    if "pages" in parts:
        yield "pages", ways.pages(url, 20_000 if quick else 1_000_000)


def keep(part: str, figures: Figures) -> None:
    RESULTS.mkdir(exist_ok=True)
    told = {"load": os.getloadavg(), "figures": figures}
    (RESULTS / f"{part}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def show(part: str, figures: Figures) -> None:
    for name, values in figures.items():
        least, median, most = min(values), statistics.median(values), max(values)
        print(f"{part:20} {name:34} {median:12.6g}  ({least:.6g} to {most:.6g})", flush=True)


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="small sizes, a few minutes")
    asked.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    main(given.only, given.quick, given.rounds)
