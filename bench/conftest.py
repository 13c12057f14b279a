"""What a measurement in a real browser stands on: the same as the browser tests."""

from tests.browser.conftest import browser, on_a_real_server, open_page, visit  # noqa: F401
from tests.conftest import connection, no_work_for_nothing, now, public_url, sandbox, sandbox_server, sink  # noqa: F401
