"""The shop's program: a key with every scope."""

import pytest

from tests.api.caller import Caller


@pytest.fixture
def shop(db) -> Caller:
    return Caller()
