"""Cursor paging, the same on every edge (Meta: Graph paging; contract 2.4).

Only the absence of `next` means the end: a page may be short or even empty and still have one. A cursor dies with its
item. `next` holds the token in clear, as Meta's does, so that the scrubbing of logs can be tested.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from integrations.facebook.sandbox.answers import invalid_parameter
from integrations.facebook.sandbox.call import Call

DEFAULT_LIMIT = 25
MARK = "sandbox:"


class Item(Protocol):
    id: str


Row = TypeVar("Row", bound=Item)


def page(call: Call, items: Sequence[Row], render: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
    first, end = _bounds(call, items)
    shown = [render(item) for item in items[first:end]]
    paging = _paging(call, items, first, end)
    return {"data": shown, "paging": paging} if paging else {"data": shown}


def _paging(call: Call, items: Sequence[Row], first: int, end: int) -> dict[str, Any]:
    before = _cursor(items[first].id if first < end else "")
    after = _cursor(items[end - 1].id if end else "")
    more = {"next": _url(call, after=after)} if end < len(items) else {}
    less = {"previous": _url(call, before=before)} if 0 < first < end else {}
    return {"cursors": {"before": before, "after": after}, **less, **more} if first < end or more else {}


def _bounds(call: Call, items: Sequence[Row]) -> tuple[int, int]:
    """Where the page begins and ends, exclusive."""
    limit = _limit(call)
    if call.text("before"):
        end = _position(items, call.text("before"), "before")
        return max(0, end - limit), end
    first = _position(items, call.text("after"), "after") + 1
    return first, min(first + limit, len(items))


def _limit(call: Call) -> int:
    text = call.text("limit", str(DEFAULT_LIMIT))
    if not text.isdecimal() or int(text) < 1:
        raise invalid_parameter("Param limit must be an integer greater than or equal to 1")
    return int(text) if call.page_cap is None else min(int(text), call.page_cap)


def _cursor(item_id: str) -> str:
    return base64.urlsafe_b64encode(f"{MARK}{item_id}".encode()).decode().rstrip("=")


def _position(items: Sequence[Row], cursor: str, name: str) -> int:
    """-1 for the cursor that stands before everything."""
    item_id = _item_id(cursor)
    if item_id == "":
        return -1
    for position, item in enumerate(items):
        if item.id == item_id:
            return position
    raise invalid_parameter(f"The cursor in param {name} is invalid.")


def _item_id(cursor: str) -> str | None:
    """Nothing at all points to the start, like the cursor of an empty first page."""
    if not cursor:
        return ""
    try:
        marked = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
    return marked.removeprefix(MARK) if marked.startswith(MARK) else None


def _url(call: Call, **cursor: str) -> str:
    kept = {name: call.text(name) for name in call.params if name not in ("after", "before", "method")}
    host = call.headers.get("host", "graph.facebook.com")
    return f"http://{host}{call.path}?{urlencode({**kept, 'access_token': call.token, **cursor})}"
