"""What a tick costs when one person comes each tick, by how many already wait, each a cohort of her own.

    [DATABASE_URL=postgres://...] python -m pytest bench/trickle.py -s

Ten Delays; with each tick one person enters and one leaves each step, whatever the number who wait. Told is the time of
a tick (median of 100, with the shortest and the longest), and its ratio to that with the fewest who wait.
"""

import statistics
import time

import pytest
from django.db import connection as database

from canvas import launch
from tests.trickle import ticks, trickled

WAITING = (1_000, 100_000, 500_000)
TICKS = 100


@pytest.mark.django_db
def test_trickle(now):
    reference = None
    for count in WAITING:
        canvas = trickled(count, now)
        taken = tick_times(canvas, now)
        launch.stop(canvas)
        median = statistics.median(taken)
        reference = reference or median
        print(f"\n{database.vendor}, {count:>7,} wait: a tick takes {median * 1000:.1f} ms "
              f"({min(taken) * 1000:.1f} to {max(taken) * 1000:.1f}), {median / reference:.2f} x")  # fmt: skip


def tick_times(canvas, now) -> list[float]:
    taken, began = [], time.perf_counter()
    for _ in ticks(canvas, TICKS, now):
        taken.append(time.perf_counter() - began)
        began = time.perf_counter()
    return taken
