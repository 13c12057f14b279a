"""The ways that are measured beside one another, and the ratios of their rounds."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

from bench import timed

SLOW = 1.0
"""Seconds that a far Facebook takes to answer."""
LARGE, SMALL = 1_000_000, 100_000
TASKS = 300
Figures = dict[str, list[float]]


def manage(url: str, *arguments: str) -> None:
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=timed.ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def rows(count: int, rounds: int) -> Figures:
    """Seconds of processor time a person, and how many times faster than each reference ours is."""
    figures = timed.together([timed.child("bench.rows", count, rounds)])["told"][0]["rounds"]
    for name in list(figures)[1:]:
        figures[f"x {name}"] = ratios(figures[name], figures["ours"])
    return figures


def journeys(url: str, count: int, rounds: int) -> Figures:
    """Seconds, megabytes, and shares of the limit."""
    with timed.null_server() as port, timed.null_server(SLOW) as slow:
        peaks: list[float] = []
        figures = timed.in_turn(dict(ways_of(url, count, port, slow, peaks)), rounds)
    return figures | {"megabytes": peaks} | dict(shares(figures, count))


def ways_of(
    url: str, count: int, port: int, slow: int, peaks: list[float]
) -> Iterator[tuple[str, Callable[[], float]]]:
    """`peaks` gets the megabytes of one worker with two steps."""

    def limit(processes: int = 1) -> float:
        parts = [(count * n // processes + 1, count * (n + 1) // processes) for n in range(processes)]
        return timed.together([timed.child("bench.limit", url, port, *part) for part in parts])["seconds"]

    def product(there: int = port, steps: int = 2, workers: int = 1, canvases: int = 1) -> float:
        timed.together([timed.child("bench.journey", url, there, "prepare", count, steps, canvases)])
        took = timed.together([timed.child("bench.journey", url, there, "work") for _ in range(workers)])
        timed.together([timed.child("bench.journey", url, there, "check", count, steps, canvases)])
        if (there, steps, workers, canvases) == (port, 2, 1, 1):
            peaks.append(took["mb"])
        return took["seconds"]

    yield "limit", limit
    yield "product", product
    if url.startswith("postgres"):
        yield "limit, two", lambda: limit(2)
        yield "product, two", lambda: product(workers=2)
    yield "1 s away", lambda: product(slow)
    if count < LARGE:
        yield "10 steps", lambda: product(steps=10)
    if count == SMALL:
        yield "50 steps", lambda: product(steps=50)
        yield "10 Canvases", lambda: product(canvases=10)


def shares(figures: Figures, count: int) -> Iterator[tuple[str, list[float]]]:
    product = figures["product"]
    yield "of the limit", ratios(figures["limit"], product)
    if "product, two" in figures:
        ours, theirs = (ratios(figures[name], figures[f"{name}, two"]) for name in ("product", "limit"))
        yield "speed-up of two", ours
        yield "speed-up of two, of the limit's", ratios(ours, theirs)
    if "1 s away" in figures:
        yield "of its own speed, 1 s away", ratios(product, figures["1 s away"])
    for steps in (10, 50):
        if f"{steps} steps" in figures:
            beyond = [more - less for more, less in zip(figures[f"{steps} steps"], product, strict=True)]
            each = [1000 * one / (steps - 2) / (count / 10_000) for one in beyond]
            yield f"ms a further step and 10,000, of {steps}", each
    if "10 Canvases" in figures:
        yield (
            "10 Canvases, of one, a person and Canvas",
            [ten / 10 / one for ten, one in zip(figures["10 Canvases"], product, strict=True)],
        )


def ones(url: str, count: int, rounds: int) -> Figures:
    """Cohorts of one against one UPDATE; and tasks of one person, in seconds each."""
    with timed.null_server() as port:
        told = one_of("cohorts", url, port, count)
        tasks = [one_of("tasks", url, port, TASKS)["tasks"] / TASKS for _ in range(rounds)]
    figures = {name: told[name] for name in ("cohorts", "update")}
    return figures | {"x an UPDATE": ratios(figures["cohorts"], figures["update"]), "a task a person": tasks}


def one_of(what: str, url: str, port: int, count: int) -> dict:
    return timed.together([timed.child("bench.ones", url, port, what, count)])["told"][0]


def latency(url: str, events: int) -> Figures:
    """Seconds, of each event. On PostgreSQL with Redis."""
    redis = {"BROKER_URL": os.environ.get("BROKER_URL", "redis://127.0.0.1:6379/9")}
    environment = {"DATABASE_URL": url} | (redis if url.startswith("postgres") else {"BROKER_URL": ""})
    found = timed.together([timed.child("bench.latency", events, **environment)])["told"][0]["rounds"]
    return {"seconds": found, "p95": [sorted(found)[int(len(found) * 0.95)]]}


def importing(url: str, people: int, rounds: int) -> Figures:
    """People a second, from a CSV file and over the API."""
    environment = os.environ | {"DATABASE_URL": url}
    command = [sys.executable, "-m", "bench.importing", "--people", str(people), "--rounds", str(rounds), "--json"]
    out = subprocess.run(command, cwd=timed.ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    seconds = json.loads(out.splitlines()[-1])
    both = zip(seconds["CSV import: check"], seconds["CSV import: write"], strict=True)
    return {
        "CSV rows a second": [people / sum(parts) for parts in both],
        "API objects a second": [people / one for one in seconds["over the API"]],
        "floor, rows a second": [people / one for one in seconds["floor: bare rows"]],
    }


def pages(url: str, people: int) -> Figures:
    """Milliseconds and queries by page."""
    environment = os.environ | {"DATABASE_URL": url, "PEOPLE": str(people)}
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "bench/pages.py"]
    told = subprocess.run(command, cwd=timed.ROOT, env=environment, check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in told.splitlines() if " queries " in line]
    by_page = {words[0]: {"ms": float(words[3]), "queries": float(words[1])} for words in lines}
    return {f"{page} {what}": [value] for page, both in by_page.items() for what, value in both.items()}


def ratios(above: list[float], below: list[float]) -> list[float]:
    return [one / other for one, other in zip(above, below, strict=True)]
