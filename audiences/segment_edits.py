"""Making and changing a segment: what may be kept, and under which name.

Filters and Canvases name a segment by its name, so one that is in use keeps it.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import IntegrityError, transaction

from config.team.models import User, record

from . import filters, values
from .filters import Fault
from .models import Segment

KEYS = ("name", "filter")
USERS: list[Callable[[str], Iterator[str]]] = []
"""Each names, in words, what uses the segment of that name. Other packages add theirs from apps.py."""


class NameRefused(ValueError):
    """The segment can't have this name."""


def faults_of(sent: Any, segment: Segment) -> list[Fault]:
    """Every wrong path of what is to be kept in `segment` (one that may not be stored yet)."""
    if not isinstance(sent, dict):
        return [Fault("$", 'Write {"name": ..., "filter": {...}}.')]
    found = [Fault(key, f"Unknown key. Known here: {', '.join(KEYS)}.") for key in sent if key not in KEYS]
    name = sent.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > values.LONGEST_NAME or not values.storable(name):
        found.append(Fault("name", f"Give the segment a name of 1 to {values.LONGEST_NAME} characters."))
        name = ""
    own = {one for one in (name, segment.name) if one}
    wrong = [fault for one in own or {""} for fault in filters.check(sent.get("filter"), segment=one)]
    return found + list(dict.fromkeys(wrong))


@transaction.atomic
def save(segment: Segment, name: str, document: Any, via: str, actor: User | None = None) -> Segment:
    """Raises NameRefused. The filter has no faults."""
    if segment.pk and name != segment.name:
        check_unused(segment.name)
    action = "segment.changed" if segment.pk else "segment.created"
    segment.name, segment.filter = name, document
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise NameRefused("There is a segment of this name already.") from None
    record(action, name, actor=actor, via=via)
    return segment


def check_unused(name: str) -> None:
    users = [who for users_of in USERS for who in users_of(name)]
    if users:
        raise NameRefused(f"The segment keeps its name while it is used: by {', '.join(users[:5])}.")


def segments_using(name: str) -> Iterator[str]:
    for other, document in Segment.objects.order_by("name").values_list("name", "filter"):
        if names(document, name):
            yield f"the segment {other}"


def names(document: Any, segment: str) -> bool:
    """Somewhere in the document stands {"segment": this one}."""
    if isinstance(document, list):
        return any(names(part, segment) for part in document)
    if not isinstance(document, dict):
        return False
    return document.get("segment") == segment or any(names(part, segment) for part in document.values())


USERS.append(segments_using)
