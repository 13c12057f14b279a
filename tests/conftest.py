"""What every test stands on: a sandbox that speaks HTTP, and Facebook connected to it."""

from datetime import UTC, datetime

import pytest
from django.db import connection as database
from hypothesis import settings as hypothesis_settings

from integrations.facebook.sandbox import Sandbox
from tests.cast import TOKEN, connect

# A slow machine is no fault. What says nothing else is tried often in the run on the embedded database.
EXAMPLES = 100 if database.vendor == "sqlite" else 25
hypothesis_settings.register_profile("calm", deadline=None, max_examples=EXAMPLES)
hypothesis_settings.load_profile("calm")

PROCESSES = {
    "tests/faults/test_worker_killed.py": "workers", "tests/faults/test_soak.py": "soak", "tests/stories": "stories",
    "tests/config/test_demo_serve.py": "demo", "tests/browser/test_newcomer.py": "demo",
}  # fmt: skip
"""What starts processes of its own and waits for them: one after the other, so that they don't wait for each other."""

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For xdist's loadgroup, which runs each group on one worker."""
    for item in items:
        for path, group in PROCESSES.items():
            if item.nodeid.startswith(path):
                item.add_marker(pytest.mark.xdist_group(group))


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
