"""Faults are real here: processes of their own on the test's database, whose data is committed, and real signals."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.installation import Installation


@pytest.fixture
def installation(transactional_db, sandbox) -> Iterator[Callable[..., Installation]]:
    """Makes installations; what is left of them is killed at the end."""
    made = []

    def make(**settings: object) -> Installation:
        made.append(Installation(sandbox.url, **settings))
        return made[-1]

    yield make
    for one in made:
        one.destroy()
