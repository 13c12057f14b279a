"""When it is tried again: growing pauses, at random below a ceiling, and never before the partner allows it. Pure."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from integrations import retry

SECOND = timedelta(seconds=1)
TRIES = st.integers(min_value=-5, max_value=10_000)
CHANCES = st.floats(min_value=0, max_value=1, exclude_max=True)
WAITS = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1))


def test_the_ceilings_double_up_to_half_an_hour():
    seconds = [retry.ceiling(tries).total_seconds() for tries in range(1, 10)]
    assert seconds == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800]


@given(TRIES, CHANCES)
def test_the_pause_is_anything_from_a_second_to_the_ceiling(tries, chance):
    assert SECOND <= retry.pause(tries, chance) <= retry.ceiling(tries)


@given(TRIES)
def test_the_jitter_is_full(tries):
    """So that what failed together does not come back together."""
    ceiling = retry.ceiling(tries)
    assert retry.pause(tries, 0) == SECOND and retry.pause(tries, 0.5) == ceiling / 2
    assert ceiling - retry.pause(tries, 0.999) <= ceiling / 1000 + SECOND


@given(TRIES, CHANCES, WAITS)
def test_the_partners_own_time_is_kept_where_it_is_longer(tries, chance, wait):
    start = datetime(2026, 11, 24, tzinfo=UTC)
    then = retry.next_attempt(start, tries, chance, wait)
    assert then - start == max(retry.pause(tries, chance), wait or timedelta(0))
