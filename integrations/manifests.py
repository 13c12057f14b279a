"""Which fields each person was sent with, as they were then: profiles change, what was sent does not."""

import zlib
from collections.abc import Mapping, Sequence

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from .models import Manifest, Member, SyncBatch

Filled = Mapping[str, bytes]
"""By match field a byte a person: 1 where a cell is filled, else 0."""


def keep(batch: SyncBatch, filled: Filled) -> None:
    """What a batch was sent with, its members in the order of their entries. A batch that is sent again has it anew."""
    if filled:
        cells = zlib.compress(b"".join(filled.values()), 1)
        Manifest.objects.update_or_create(batch=batch, defaults={"fields": list(filled), "cells": cells})


def spread(filled: Filled, profiles: Sequence[int], seats: Sequence[int | None]) -> Filled:
    """From a byte a profile to a byte a member; `seats` are the members' profiles, None for who was erased."""
    places = {profile: place for place, profile in enumerate(profiles)}
    chosen = [places.get(profile, -1) for profile in seats]
    return {name: bytes([*map((cells + b"\0").__getitem__, chosen)]) for name, cells in filled.items()}


def with_place(members: QuerySet[Member]) -> QuerySet[Member]:
    """Annotates `place`: how many of her batch stand before her."""
    before = Member.objects.filter(batch=OuterRef("batch"), entry__lt=OuterRef("entry")).order_by().values("batch")
    counted = Subquery(before.values(n=Count("pk")), output_field=IntegerField())
    return members.annotate(place=Coalesce(counted, 0))


def fields_sent(manifest: Manifest, place: int) -> set[str]:
    """The fields whose cell was filled for the member at this place."""
    cells = zlib.decompress(manifest.cells)
    people = len(cells) // len(manifest.fields)
    return {name for number, name in enumerate(manifest.fields) if cells[number * people + place]}
