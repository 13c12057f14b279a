"""A series as stacked bars in SVG, drawn by the server, with the same figures as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil, log10

from django import template

from canvas.series import Series

from .ledger import FILLS, STATES

register = template.Library()
WIDTH, HEIGHT, LEFT, BASE, TOP = 960, 250, 48, 210, 16
LABELS = 12
"""At most so many words under the bars."""
ROUND, WIDEST = (1, 2, 3, 4, 5, 6, 8, 10), 80
"""What a scale may end at, times a power of ten; and how wide the place of a bar may be, however few there are."""


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    css: str

    @property
    def fill(self) -> str:
        return FILLS[self.css]


@dataclass(frozen=True)
class Mark:
    """Words at a place on an axis."""

    at: float
    words: str


@dataclass(frozen=True)
class Chart:
    """`series` has states of the ledger as its names."""

    series: Series

    @cached_property
    def top(self) -> int:
        """The round number above the highest bar."""
        highest = max((one.people for one in self.series.buckets), default=0) or 1
        power = 10 ** int(log10(highest))
        return next(times * power for times in ROUND if times * power >= highest)

    @property
    def rules(self) -> list[Mark]:
        steps = [part for part in range(5) if self.top * part % 4 == 0]
        return [Mark(self.height(self.top * part // 4), short(self.top * part // 4)) for part in steps]

    def height(self, people: int) -> float:
        return round(BASE - (BASE - TOP) * people / self.top, 1)

    @property
    def slot(self) -> float:
        return min((WIDTH - LEFT) / (len(self.series.buckets) or 1), WIDEST)

    def begin(self, number: int) -> float:
        """Where the place of a bar begins: the latest ends at the right edge, which a phone shows first."""
        return WIDTH - self.slot * (len(self.series.buckets) - number)

    @property
    def ticks(self) -> list[Mark]:
        every = ceil(len(self.series.buckets) / LABELS)
        some = list(enumerate(self.series.buckets))[::every]
        return [Mark(round(self.begin(number) + self.slot / 2, 1), one.tick) for number, one in some]

    @property
    def bars(self) -> Iterator[Bar]:
        width = round(max(self.slot * 0.65, 1), 1)
        for number, bucket in enumerate(self.series.buckets):
            below, x = 0, round(self.begin(number) + (self.slot - width) / 2, 1)
            for name in self.names:
                people = bucket.counts.get(name, 0)
                low, high = self.height(below), self.height(below + people)
                below += people
                if people:
                    yield Bar(x, high, width, round(max(low - high, 1), 1), STATES[name][0])

    @cached_property
    def names(self) -> list[str]:
        """In the order of the ledger; Withdrawn only where there is somebody."""
        some = {name for name in self.series.names if name != "withdrawn" or self.total(name)}
        return [name for name in STATES if name in some]

    def total(self, name: str) -> int:
        return sum(bucket.counts.get(name, 0) for bucket in self.series.buckets)

    @property
    def rows(self) -> list[tuple[str, list[int]]]:
        """The table: each bucket with somebody in it, the latest first."""
        some = [bucket for bucket in reversed(self.series.buckets) if bucket.people]
        return [(bucket.words, [bucket.counts.get(name, 0) for name in self.names]) for bucket in some]

    @property
    def sums(self) -> list[int]:
        return [self.total(name) for name in self.names]


def short(people: int) -> str:
    """7 · 2.5k · 1M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if people >= size:
            return f"{people / size:g}{letter}"
    return str(people)


@register.inclusion_tag("_partials/series.html")
def series_chart(series: Series, name: str, title: str) -> dict:
    """`name` tells this chart from others of the page."""
    return {"chart": Chart(series), "series": series, "name": name, "title": title}
