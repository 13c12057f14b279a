"""The filter condition {"synced_to": name}: people whom a partner has taken into a custom audience of that name."""

from collections import defaultdict

from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable

from audiences.expressions import nobody
from audiences.filters import Reading

from .models import CustomAudience, Member, SyncBatch


def read_synced_to(reading: Reading, document: dict, path: str) -> Combinable:
    """Several custom audiences may have one name: any of them counts."""
    reading.only(document, path, "synced_to")
    ids = reading.one_of("custom audience", audiences, document["synced_to"], f"{path}.synced_to")
    if ids is None:
        return nobody()
    sent = Member.objects.filter(batch__audience__in=ids, batch__state=SyncBatch.State.DONE, verdict="")
    return Exists(sent.filter(profile=OuterRef(f"{reading.prefix}pk")))


def names() -> list[str]:
    return sorted(audiences())


def audiences() -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, pk in CustomAudience.objects.values_list("name", "pk"):
        found[name].append(pk)
    return dict(found)
