"""Which Graph API we speak to."""

import pytest

from integrations.facebook.graph import is_sandbox


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8099", True),
        ("http://localhost:8099", True),
        ("http://[::1]:8099", True),
        ("https://graph.facebook.com", False),
        ("https://localhost.example.com", False),
        ("http://127.0.0.1@graph.facebook.com", False),
    ],
)
def test_only_an_address_of_this_machine_is_the_sandbox(settings, url, expected):
    settings.FACEBOOK_GRAPH_URL = url
    assert is_sandbox() is expected
