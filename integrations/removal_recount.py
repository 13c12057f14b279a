"""Counts removals again: none is lost, none is for people who were never read to be sent, and cells end with them."""

from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from audiences.models import Erasure, Profile

from .models import CustomAudience, Identity, Member, Removal

WAITING = Q(state=Removal.State.WAITING)


def differences() -> Iterator[str]:
    yield from lost()
    yield from too_many()
    yield from cells()
    yield from nobodys()


def lost() -> Iterator[str]:
    rows = Erasure.objects.annotate(found=Count("removals")).exclude(places=F("found")).order_by("pk")
    for number, places, found in rows.values_list("number", "places", "found"):
        yield f"receipt {number} says {places} places and there are {found} removals"


def too_many() -> Iterator[str]:
    """Who is to be removed stands without a name in a batch that was tried; nobody knows any more in which."""
    tried = Q(batch__attempts_made__gt=0) | Q(batch__parent__isnull=False)
    nameless = Member.objects.filter(tried, batch__audience=OuterRef("pk"), profile=None)
    people = nameless.order_by().values("batch__audience").annotate(n=Count("pk")).values("n")
    rows = CustomAudience.objects.annotate(found=Count("removals"), people=Coalesce(Subquery(people), 0))
    for pk, found, read in rows.filter(found__gt=F("people")).values_list("pk", "found", "people"):
        yield f"custom audience {pk} has {found} removals, and {read} people without a name were tried for it"


def cells() -> Iterator[str]:
    kept = Exists(Identity.objects.filter(removal=OuterRef("pk")))
    for pk in Removal.objects.filter(WAITING, ~kept).values_list("pk", flat=True):
        yield f"removal {pk} waits without anything to remove"
    for pk in Removal.objects.filter(~WAITING).filter(kept).values_list("pk", flat=True):
        yield f"removal {pk} is settled and keeps cells"
    for pk in Removal.objects.filter(~WAITING, settled_at=None).values_list("pk", flat=True):
        yield f"removal {pk} is settled without a time"


def nobodys() -> Iterator[str]:
    """An identity belongs to a profile that is there, or to a removal."""
    known = Exists(Profile.objects.filter(pk=OuterRef("profile_id")))
    for pk in Identity.objects.filter(~known, removal=None).values_list("pk", flat=True)[:100]:
        yield f"identity {pk} is nobody's"
