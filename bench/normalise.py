"""How fast people become rows: the readable reference, the columns that send, the floor of 12 bare SHA-256 a person.

    python -m bench.normalise [people] [rounds]

One process; they take turns, in reversed order every other round; medians of processor time. Only the ratios mean
anything. Rows are dropped batch by batch, as they are when they are sent.
"""

import hashlib
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from bench.people import people
from integrations.facebook import fields
from integrations.facebook.match_columns import Columns
from integrations.facebook.match_fields import cell, hashed

WANTED = fields.keys([name for name in fields.FIELDS if name not in ("mobile_advertiser_id", "first_initial")])
BATCH = 10_000
HASHES = 12


def main(count: int, rounds: int) -> None:
    batches = made(count)
    values = [[f"{number}:{at}@example.com, 33 bytes".encode() for at in range(HASHES)] for number in range(count)]
    warm = Columns(hashed)
    compare(batches, warm)
    ways = {
        "reference": lambda: each(batches, reference),
        "columns, nothing remembered": lambda: each(batches, partial(Columns(hashed).rows, WANTED)),
        "columns, warm": lambda: each(batches, partial(warm.rows, WANTED)),
        f"floor: {HASHES} SHA-256": lambda: floor(values),
    }
    show(ways, seconds(ways, rounds), count)


def made(count: int) -> list[dict[str, list[str]]]:
    everybody = list(people(count))
    parts = [everybody[at : at + BATCH] for at in range(0, count, BATCH)]
    return [{name: [person[name] for person in part] for name in part[0]} for part in parts]


def reference(batch: dict[str, list[str]]) -> list[tuple[str, ...]]:
    made = [[cell(key, raw, where) for raw, where in zip(batch[column], batch["country"], strict=True)]
            for key, column in WANTED]  # fmt: skip
    return list(zip(*made, strict=True))


def each(batches: list[dict[str, list[str]]], made: Callable) -> None:
    for batch in batches:
        made(batch)


def floor(values: list[list[bytes]]) -> None:
    sha256 = hashlib.sha256
    for row in values:
        for value in row:
            sha256(value).hexdigest()


def compare(batches: list[dict[str, list[str]]], way: Columns) -> None:
    """Fast and wrong is worth nothing."""
    assert all(way.rows(WANTED, batch) == reference(batch) for batch in batches[:2])


def seconds(ways: dict[str, Callable], rounds: int) -> dict[str, float]:
    """The median of each way."""
    taken = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 else -1]:
            began = time.process_time()
            ways[name]()
            taken[name].append(time.process_time() - began)
    return {name: statistics.median(times) for name, times in taken.items()}


def show(ways: dict[str, Callable], medians: dict[str, float], count: int) -> None:
    lowest = medians[list(ways)[-1]]
    print(f"{count:,} people, {len(WANTED)} cells each, of which {HASHES} are hashed")
    for name, median in medians.items():
        each = f"{1e6 * median / count:6.2f} µs"
        print(f"{name:30} {count / median:>10,.0f} people/s  {each}  {lowest / median:5.2f} x the floor")


if __name__ == "__main__":
    main(*(int(given) for given in (*sys.argv[1:], *("50000", "5")[len(sys.argv) - 1 :])))
