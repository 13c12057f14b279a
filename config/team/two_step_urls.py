"""allauth's pages of the second step, each in one transaction: what it changes and the audit log's line, or neither."""

from collections.abc import Iterable, Iterator

from allauth.mfa.urls import urlpatterns
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.urls import URLPattern, URLResolver

__all__ = ["urlpatterns"]


def pages(found: Iterable[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in found:
        yield from pages(one.url_patterns) if isinstance(one, URLResolver) else [one]


for page in pages(urlpatterns):
    page.callback = transaction.atomic(page.callback)
    if page.name == "mfa_login_webauthn":
        page.callback = login_not_required(page.callback)
