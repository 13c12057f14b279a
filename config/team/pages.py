"""Lists in pages, by id: what is made or renamed between two pages moves nothing from one to the other."""

from typing import Annotated, Any

from django.db.models import QuerySet
from ninja import Query

from .refusals import wrong_path

MOST = 1000
Cursor = Annotated[str, Query("", description="`next` of the page before.")]
Limit = Annotated[int, Query(100, ge=1, le=MOST, description="How many a page.")]


def page(rows: QuerySet, cursor: str, limit: int) -> tuple[list[Any], str | None]:
    """The rows after the cursor, and the cursor of the next page, None on the last."""
    after = rows.filter(pk__gt=number(cursor)) if cursor else rows
    found = list(after.order_by("pk")[: limit + 1])
    return found[:limit], str(found[limit - 1].pk) if len(found) > limit else None


def number(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
        raise wrong_path("cursor", "Send `next` as it was read.")
    return int(cursor)
