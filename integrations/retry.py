"""When to try again: growing pauses with full jitter, within the hours that a batch may be retried. Pure."""

from datetime import datetime, timedelta

FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=30)


def ceiling(tries: int) -> timedelta:
    """The longest pause after so many failures in a row (from 1): 30 s, 1, 2, 4, 8, 16, then 30 minutes."""
    return min(LONGEST, FIRST * 2 ** min(max(tries, 1) - 1, 10))


def pause(tries: int, chance: float) -> timedelta:
    """Full jitter: `chance` in [0, 1) picks from one second up to the ceiling."""
    return max(timedelta(seconds=1), ceiling(tries) * chance)


def next_attempt(now: datetime, tries: int, chance: float, wait: timedelta | None = None) -> datetime:
    """The partner's own time to wait wins over ours when it is longer."""
    return now + max(pause(tries, chance), wait or timedelta(0))


def deadline(clock_at: datetime, hours: float) -> datetime:
    """When a batch whose clock began at `clock_at` is given up."""
    return clock_at + timedelta(hours=hours)
