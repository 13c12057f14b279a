"""What every test stands on: a sandbox that speaks HTTP, and Facebook connected to it."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings as hypothesis_settings

from integrations.facebook.sandbox import Sandbox
from tests.cast import TOKEN, connect

# A slow machine is no fault.
hypothesis_settings.register_profile("calm", deadline=None)
hypothesis_settings.load_profile("calm")

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def sandbox_server():
    with Sandbox(port=0) as running:
        yield running


@pytest.fixture
def sandbox(sandbox_server, settings):
    sandbox_server.reset()
    settings.FACEBOOK_GRAPH_URL = sandbox_server.url
    return sandbox_server


@pytest.fixture
def connection(db, sandbox, now):
    """Facebook connected with the sandbox's token."""
    return connect(TOKEN, now)
