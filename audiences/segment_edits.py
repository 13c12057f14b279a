"""Making, changing and deleting a segment: what may be kept, and under which name."""

from typing import Any

from django.db import IntegrityError, transaction

from config.team.models import User, record

from . import filters, segment_uses, values
from .filters import Fault
from .models import Segment

KEYS = ("name", "filter")


class NameRefused(ValueError):
    """The segment can't have this name."""


class StillUsed(ValueError):
    """The segment can't be deleted while something uses it."""


def filter_faults(document: Any, names: set[str]) -> list[Fault]:
    """What is wrong with a filter that is to be saved under one of these names: it may lead back to none of them."""
    found = [fault for name in names for fault in filters.check(document, segment=name)]
    return list(dict.fromkeys(found))


def faults_of(sent: Any, segment: Segment) -> list[Fault]:
    """Every wrong path of what a program sends to be kept in `segment` (one that may not be stored yet)."""
    if not isinstance(sent, dict):
        return [Fault("$", 'Write {"name": ..., "filter": {...}}.')]
    found = [Fault(key, f"Unknown key. Known here: {', '.join(KEYS)}.") for key in sent if key not in KEYS]
    name = sent.get("name")
    if not isinstance(name, str) or not name.strip() or len(name) > values.LONGEST_NAME or not values.storable(name):
        found.append(Fault("name", f"Give the segment a name of 1 to {values.LONGEST_NAME} characters."))
        name = ""
    return found + filter_faults(sent.get("filter"), {one for one in (name, segment.name) if one} or {""})


@transaction.atomic
def save(segment: Segment, name: str, document: Any, via: str, actor: User | None = None) -> Segment:
    """Raises NameRefused. The filter has no faults."""
    before = stored_name(segment)
    if before not in ("", name):
        check_unused(before)
    segment.name, segment.filter = name, document
    try:
        with transaction.atomic():
            segment.save()
    except IntegrityError:
        raise NameRefused("There is a segment of this name already.") from None
    renamed = {"was": before} if before not in ("", name) else {}
    record("segment.changed" if before else "segment.created", name, actor=actor, via=via, **renamed)
    return segment


def stored_name(segment: Segment) -> str:
    """The name that filters know the segment by; a form may have put another one on the row."""
    return Segment.objects.filter(pk=segment.pk).values_list("name", flat=True).first() or ""


def check_unused(name: str) -> None:
    users = segment_uses.of(name)
    if users:
        named = ", ".join(f"{use.kind} {use.name}" for use in users[:5])
        raise NameRefused(f"The segment keeps its name while it is used (by {named}).")


@transaction.atomic
def delete(segment: Segment, via: str, actor: User | None = None) -> None:
    """Raises StillUsed."""
    if segment_uses.of(segment.name):
        raise StillUsed(segment.name)
    record("segment.deleted", segment.name, actor=actor, via=via)
    segment.delete()
