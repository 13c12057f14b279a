"""The people an audience means: a saved segment, or a filter of its own. One query, however nested the filter is."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from . import filters
from .filters import Fault, Library
from .models import Profile

CURE = 'Write {"segment": "its name"} or {"filter": {...}}, not both.'


def check_audience(audience: Any, base: str = "audience", library: Library | None = None) -> list[Fault]:
    """Every wrong path in it."""
    return misshapen(audience, base) or filters.check(*filter_in(audience, base), library=library)


def people(audience: Any, now: datetime, library: Library | None = None) -> QuerySet[Profile]:
    """Raises FilterRefused when the audience can't be used (any more)."""
    faults = misshapen(audience, "audience")
    if faults:
        raise filters.FilterRefused(faults)
    document, base = filter_in(audience, "audience")
    return Profile.objects.filter(filters.condition(document, now, base=base, library=library))


def count(audience: Any, now: datetime) -> int:
    return people(audience, now).count()


def misshapen(audience: Any, base: str) -> list[Fault]:
    if not isinstance(audience, dict) or not audience:
        return [Fault(base, CURE)]
    strangers = [key for key in audience if key not in ("segment", "filter")]
    if strangers or len(audience) > 1:
        return [Fault(f"{base}.{key}", CURE) for key in strangers or audience]
    return []


def filter_in(audience: dict, base: str) -> tuple[Any, str]:
    return (audience["filter"], f"{base}.filter") if "filter" in audience else (audience, base)
