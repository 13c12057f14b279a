"""Which segments a Canvas names: in its draft, or in the version that is live."""

from collections.abc import Iterator
from typing import Any

from audiences.segment_uses import Use, named_in

from .models import Canvas

FILTERS = ("filter", "groups")


def canvases() -> Iterator[Use]:
    rows = Canvas.objects.exclude(status=Canvas.Status.ARCHIVED).order_by("name")
    rows = rows.values_list("name", "document", "live_version__document")
    for name, draft, live in rows:
        for used in sorted({*named(draft), *named(live)}):
            yield Use(used, "Canvas", name)


def named(document: Any) -> Iterator[str]:
    """Settings that are no filters are left out: a step may set an attribute that is called "segment"."""
    if not isinstance(document, dict):
        return
    yield from named_in([document.get("audience"), document.get("exit")])
    for step in document.get("steps", []):
        settings = step.get("settings", {})
        yield from named_in([settings.get(key) for key in FILTERS])
