"""All that can be told in one table: what the product does beside its reference, measured in the same run.

    python -m bench [--size quick|usual|full] [--only PART ...]

Ways take turns, in reversed order every other round; told are medians, the least and the most, and ratios of rounds
that were beside one another. In full it writes `bench/results/<part>.json`, of which `python -m bench.table` makes the
README's table. BENCH_POSTGRES names a server on which a database may be made and dropped.
"""

import argparse
import json
import os
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bench import ground, timed, ways

RESULTS = timed.ROOT / "bench" / "results"
PARTS = ("rows", "ones", "latency", "journeys", "importing", "pages")
Figures = dict[str, list[float]]


class Size(NamedTuple):
    """How much is measured. `people`: of the journeys; `ones`: of which there are cohorts of one."""

    databases: Sequence[str]
    rows: int
    people: Sequence[int]
    ones: int
    events: int
    imported: int
    seen: int
    rounds: int
    is_kept: bool = False


BOTH = ("sqlite", "postgresql")
SIZES = {
    "quick": Size(("sqlite",), 10_000, (10_000,), 10_000, 0, 2_000, 2_000, 1),
    "usual": Size(BOTH, 200_000, (10_000, 100_000), 100_000, 20, 20_000, 100_000, 2),
    "full": Size(BOTH, 1_000_000, (10_000, 100_000, 1_000_000), 100_000, 40, 50_000, 1_000_000, 3, True),
}


def main(parts: list[str], size: Size) -> None:
    print(f"{os.cpu_count()} cores, load {' '.join(f'{one:.1f}' for one in os.getloadavg())}; medians (least to most)")
    for part, figures in all_of(parts, size):
        show(part, figures)
        if size.is_kept:
            keep(part, figures)


def all_of(parts: list[str], size: Size) -> Iterator[tuple[str, Figures]]:
    if "rows" in parts:
        yield "rows", ways.rows(size.rows, size.rounds)
    with ground.databases(size.databases) as urls:
        for vendor, url in urls.items():
            for part, figures in measured(url, parts, size):
                yield f"{vendor}-{part}", figures


def measured(url: str, parts: list[str], size: Size) -> Iterator[tuple[str, Figures]]:
    """On one database, which grows from part to part."""
    ways.manage(url, "setup")
    if "latency" in parts and size.events:
        yield "latency", ways.latency(url, size.events)
    for count in size.people:
        if {"journeys", "ones"} & set(parts):
            timed.together([timed.child("bench.journey", url, 0, "fill", count)])
        if "ones" in parts and count == size.ones:
            yield "ones", ways.ones(url, count, size.rounds)
        if "journeys" in parts:
            yield f"{count}", ways.journeys(url, count, size.rounds)
    if "importing" in parts:
        yield "importing", ways.importing(url, size.imported, size.rounds)
    if "pages" in parts:
        yield "pages", ways.pages(url, size.seen)


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
    asked.add_argument("--size", choices=list(SIZES), default="usual")
    asked.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART")
    given = asked.parse_args()
    main(given.only, SIZES[given.size])
