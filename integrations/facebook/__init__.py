"""All that is Facebook's."""

from urllib.parse import urlsplit

from django.conf import settings


def is_sandbox() -> bool:
    """The Graph API that is set is a stand-in on this machine."""
    return urlsplit(settings.FACEBOOK_GRAPH_URL).hostname in ("127.0.0.1", "localhost", "::1")
