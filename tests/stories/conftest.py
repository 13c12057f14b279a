"""An installation of the product beside a sandbox, driven by commands."""

import pytest

from tests import running


@pytest.fixture
def product(sandbox, tmp_path):
    with running.installed(tmp_path, sandbox.url) as installation:
        yield installation
