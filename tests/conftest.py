"""What every test stands on: a sandbox that speaks HTTP, and Facebook connected to it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test import override_settings
from hypothesis import settings as hypothesis_settings

from integrations.facebook.sandbox import Sandbox
from tests import emptying, once, running
from tests.cast import TOKEN, connect
from tests.hook_sink import Receiver
from tests.often import AT_NIGHT
from tests.smtp_sink import Sink

# A slow machine is no fault. What says nothing else is tried often in the run on the embedded database.
EXAMPLES = 30 if database.vendor == "sqlite" else 10
hypothesis_settings.register_profile("calm", deadline=None, max_examples=EXAMPLES)
hypothesis_settings.load_profile("calm")

PROCESSES = {
    "tests/faults/test_worker_killed.py": "workers", "tests/faults/test_soak.py": "soak", "tests/stories": "stories",
    "tests/config/test_demo_serve.py": "demo", "tests/browser/test_newcomer.py": "demo",
    "tests/config/test_doctor.py": "doctor",
}  # fmt: skip
"""What starts processes of its own, or shares a beat in the cache with others: one after the other within a group."""

PAGES = (
    "blueprints", "board", "builder", "canvases", "checks", "conflicts", "differences", "document", "editing",
    "every_problem", "history", "layout", "looking_again", "moving", "review", "sections", "step_editors", "step_menu",
)  # fmt: skip
ONCE = (
    *(f"tests/canvas/test_{name}.py" for name in PAGES),
    "tests/api/test_api_docs.py", "tests/api/test_live.py", "tests/api/test_openapi.py",
    "tests/api/test_schemathesis.py", "tests/audiences/test_filter_edit.py", "tests/audiences/test_filter_form.py",
    "tests/browser", "tests/config/test_admin.py", "tests/config/test_demo", "tests/config/test_environment.py",
    "tests/config/test_help.py", "tests/config/test_two_step.py", "tests/faults/test_soak.py",
    "tests/faults/test_token_nowhere.py::test_nothing", "tests/faults/test_token_nowhere.py::test_wherever",
    "tests/integrations/facebook", "tests/stories/test_main_job.py::test_a_token_revoked",
    "tests/test_architecture.py", "tests/test_css.py", "tests/test_docs.py", "tests/test_every_url.py",
)  # fmt: skip
"""What the database has no part in, or is told on both elsewhere: pages, documents, Facebook's contract. What moves
people and sends them runs on both; `make soak` takes either. With LOOKS=every, at night, all of it runs on both."""
AGAIN = pytest.mark.skip(reason="The run on the embedded database says all of it.")

FIRST = (
    "tests/browser/test_newcomer.py", "tests/faults/test_state_machine.py", "tests/faults/test_token_nowhere.py",
    "tests/stories/test_main_job.py", "tests/simulator", "tests/stories/test_restore.py", "tests/test_every_url.py",
    "tests/stories/test_message_story.py", "tests/browser/test_every_page.py", "tests/stories/test_webhook_story.py",
    "tests/config/test_demo.py", "tests/faults/test_soak.py", "tests/faults/test_sums_while_running.py",
)  # fmt: skip
"""What takes longest begins first, so that no worker is left alone with it: by turns what computes and what waits."""

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Groups for xdist's loadgroup, which runs each on one worker; what one of both runs is enough for; the order."""
    for item in items:
        if not AT_NIGHT and database.vendor == "postgresql" and item.nodeid.startswith(ONCE):
            item.add_marker(AGAIN)
        for path, group in PROCESSES.items():
            if item.nodeid.startswith(path):
                item.add_marker(pytest.mark.xdist_group(group))
    yield
    items.sort(key=lambda item: next((at for at, path in enumerate(FIRST) if item.nodeid.startswith(path)), len(FIRST)))


def pytest_collection_finish() -> None:
    once.rubbish_is_sought()


@pytest.fixture(autouse=True, scope="session")
def no_work_for_nothing():
    with emptying.lightly(), once.static_files_are_read(), once.passwords_are_hashed():
        yield


@pytest.fixture(autouse=True, scope="session")
def installations_forgotten():
    with running.KEPT:
        yield


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


@pytest.fixture(autouse=True)
def public_url():
    """Where links in messages lead, and who writes them: an installation has neither at first."""
    ours = {"PUBLIC_URL": "https://audience.example.com", "DEFAULT_FROM_EMAIL": "Brand <news@brand.example>"}
    with override_settings(**ours):
        yield


@pytest.fixture
def sink(settings):
    """A mail server that speaks SMTP, and Django's mail sent to it."""
    with Sink() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield running


@pytest.fixture
def hook(settings):
    """A receiver of webhooks on this machine, which they may call."""
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with Receiver() as running:
        yield running


@pytest.fixture
def connection(db, sandbox, now):
    """Facebook connected with the sandbox's token."""
    return connect(TOKEN, now)
