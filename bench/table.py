"""The README's table of what was measured, made of `bench/results/`.

    python -m bench.table            writes it into README.md, between its two marks

A figure is the median, with the least and the most; what was not measured is left out.
"""

import json
import re
import statistics
from collections.abc import Iterator, Sequence

from bench import timed

RESULTS, README = timed.ROOT / "bench" / "results", timed.ROOT / "README.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
VENDORS = ("sqlite", "postgresql")
SIZES = (10_000, 100_000, 1_000_000)
TASK, PERSON = "a task a person", "product"


def main() -> None:
    text = README.read_text(encoding="utf-8")
    made = "\n".join([BEGIN, *table(), END])
    README.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: made, text, flags=re.DOTALL), encoding="utf-8")


def table() -> Iterator[str]:
    yield "| measured, median (least to most) | SQLite | PostgreSQL | target |"
    yield "|---|---|---|---|"
    for name, target, found in lines():
        cells = [told(values) for values in found]
        if any(cells):
            yield f"| {name} | {' | '.join(cell or '–' for cell in cells)} | {target} |"


def lines() -> Iterator[tuple[str, str, list[Sequence[float]]]]:
    """A line's name, its target, and the figures on each database."""
    for count in SIZES:
        yield f"{count:,} people end to end, of the limit", wanted(count), both(f"{count}", "of the limit")
    hashing = [figure("rows", f"x {name}") for name in ("sdk", "sdk body", "floor")]
    yield "hashing rows, times the official SDK's hash path", "≥ 5", [hashing[0], ()]
    yield "the same, times the SDK's whole body", "≥ 9", [hashing[1], ()]
    yield "the same, of 12 bare SHA-256 a person", "≥ 0.75", [hashing[2], ()]
    for count, target in ((100_000, ""), (1_000_000, "≥ 0.45")):
        yield f"Facebook 1 s away, of its own speed ({count:,})", target, both(f"{count}", "of its own speed, 1 s away")
    yield (
        "two workers, of the limit's own speed-up (1,000,000)",
        "≥ 0.85",
        both("1000000", "speed-up of two, of the limit's"),
    )
    yield (
        "a further step, ms for 10,000 people (50 steps)",
        "≤ 1",
        both("100000", "ms a further step and 10,000, of 50"),
    )
    yield (
        "10 Canvases, of one, a person and Canvas",
        "≤ 1.10",
        both("100000", "10 Canvases, of one, a person and Canvas"),
    )
    yield "100,000 cohorts of one, times one UPDATE", "≤ 5", both("ones", "x an UPDATE")
    yield (
        "one queue task a person, times our time for one",
        "≥ 1,000",
        [against_tasks(one) for one in VENDORS],
    )
    yield "memory of a worker, 1,000,000 people, MB", "", both("1000000", "megabytes")
    yield "more than with 100,000, MB", "≤ 40", [growth(one) for one in VENDORS]
    yield "from an event to the row at Facebook, p95, s", "≤ 7, with Redis 6", both("latency", "p95")
    yield "the slowest page, 1,000,000 people, ms", "≤ 150", [most(one, "ms") for one in VENDORS]
    yield "the most queries of a page", "≤ 20", [most(one, "queries") for one in VENDORS]
    yield "rows of a CSV file a second, checked and written", "", both("importing", "CSV rows a second")
    yield "objects a second over the API", "", both("importing", "API objects a second")


def wanted(count: int) -> str:
    return "≥ 0.58, PostgreSQL 0.42" if count == max(SIZES) else ""


def both(part: str, name: str) -> list[Sequence[float]]:
    return [figure(f"{vendor}-{part}", name) for vendor in VENDORS]


def figure(part: str, name: str) -> Sequence[float]:
    return figures(part).get(name, ())


def figures(part: str) -> dict[str, list[float]]:
    path = RESULTS / f"{part}.json"
    return json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}


def most(vendor: str, what: str) -> Sequence[float]:
    """Of all pages."""
    found = [max(values) for name, values in figures(f"{vendor}-pages").items() if name.endswith(f" {what}")]
    return [max(found)] if found else ()


def against_tasks(vendor: str) -> Sequence[float]:
    each, all_ = figure(f"{vendor}-ones", TASK), figure(f"{vendor}-1000000", PERSON)
    return [one / (whole / 1_000_000) for one, whole in zip(each, all_, strict=False)]


def growth(vendor: str) -> Sequence[float]:
    large, small = (figure(f"{vendor}-{count}", "megabytes") for count in (1_000_000, 100_000))
    return [max(large) - max(small)] if large and small else ()


def told(values: Sequence[float]) -> str:
    if not values:
        return ""
    shown = [f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in
             (statistics.median(values), min(values), max(values))]  # fmt: skip
    return shown[0] if len(values) == 1 else f"{shown[0]} ({shown[1]} to {shown[2]})"


if __name__ == "__main__":
    main()
