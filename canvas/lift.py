"""What an experiment shows: how many of those who took each path converted after it, and how far the paths differ.

The first path (the control group, where there is one) is what the others are compared with. The interval is that of
the difference of two shares, at 95 % (Newcombe 1998, method 10: from Wilson's intervals), which holds for few people
and small shares, too.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt

from . import journal
from .models import Step, WayConversion
from .steps.ways import CONTROL

Z = 1.959963984540054
"""Of the normal distribution, for 95 % on both sides."""


@dataclass(frozen=True)
class Arm:
    """One path: `low` and `high` bound the lift in percentage points; None for the path that is compared with."""

    branch: str
    people: int
    converted: int
    lift: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def share(self) -> float:
        return 100 * self.converted / self.people if self.people else 0

    @property
    def is_certain(self) -> bool:
        """The interval does not hold 0: chance alone seldom makes such a difference."""
        return self.low is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Result:
    """Of one conversion event."""

    name: str
    arms: Sequence[Arm]


def of_step(step: Step, branches: Sequence[str]) -> list[Result]:
    """For each conversion. Two queries."""
    people, found = journal.ways(step.pk), defaultdict(Counter)
    for name, branch, n in WayConversion.objects.filter(step=step).values_list("name", "branch", "n"):
        found[name][branch] = n
    order = sorted(branches, key=lambda branch: branch != CONTROL)
    return [Result(name, list(arms(order, people, counts))) for name, counts in sorted(found.items())]


def arms(order: Sequence[str], people: Counter[str], counts: Counter[str]) -> Iterator[Arm]:
    base = Arm(order[0], people[order[0]], counts[order[0]])
    yield base
    for branch in order[1:]:
        arm = Arm(branch, people[branch], counts[branch])
        if base.people and arm.people:
            low, high = interval(arm, base)
            arm = Arm(branch, arm.people, arm.converted, arm.share - base.share, low, high)
        yield arm


def interval(arm: Arm, base: Arm) -> tuple[float, float]:
    """Of the difference of the shares, in percentage points."""
    (low, high), (base_low, base_high) = wilson(arm), wilson(base)
    one, other = arm.converted / arm.people, base.converted / base.people
    below = sqrt((one - low) ** 2 + (base_high - other) ** 2)
    above = sqrt((high - one) ** 2 + (other - base_low) ** 2)
    return 100 * (one - other - below), 100 * (one - other + above)


def wilson(arm: Arm) -> tuple[float, float]:
    n, share = arm.people, arm.converted / arm.people
    middle, spread = share + Z * Z / (2 * n), Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return (middle - spread) / (1 + Z * Z / n), (middle + spread) / (1 + Z * Z / n)
