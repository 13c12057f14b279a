"""People who are sent to a custom audience anew while a removal of theirs still waits there.

They were erased, then became known again, by consent of their own. The partner can't tell the two memberships apart, so
once the new one is accepted it must not be taken out: that identity leaves the removal, and the receipt says why. Other
identities of hers are still removed. Usually nothing of the kind happens, since removals leave before batches.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef

from . import identities, partner
from .errors import RemovalUnderWay
from .models import Attempt, CustomAudience, Identity, Removal
from .partner import Cells, People

Returned = dict[int, list[int]]
"""By removal, those of its identities under which the person is sent anew."""


def meet(audience: CustomAudience, people: People, attempt: Attempt) -> Returned:
    """Whose removal waits, of these people who are about to be sent; it waits for this attempt now.

    Behind the gate. RemovalUnderWay when one is leased: which of the two requests came last could not be known.
    """
    theirs = Identity.objects.filter(audience=audience, removal__state=Removal.State.WAITING).select_related("removal")
    waiting = [(one, cells) for one, cells in identities.opened(theirs) if cells]
    if not waiting:
        return {}
    its_partner = partner.of(audience.ad_account.connection)
    told = its_partner.identify(audience.fields, people)
    known = {mark for cells in told.values() for mark in marks(cells, its_partner.identifying)}
    met = [one for one, cells in waiting if marks(cells, its_partner.identifying) & known]
    if any(one.removal.lease_token for one in met):
        raise RemovalUnderWay
    found: Returned = defaultdict(list)
    for one in met:
        found[one.removal_id].append(one.pk)
    link = Removal.awaited.through
    rows = [link(removal_id=removal, attempt=attempt) for removal in found]
    link.objects.bulk_create(rows, ignore_conflicts=True)
    return dict(found)


def marks(cells: Cells, identifying: Collection[str]) -> set[tuple[str, str]]:
    """By any one of which two are the same person; without an identifying cell all of them together are."""
    found = {(key, cell) for key, cell in cells.items() if cell and key in identifying}
    return found or {("", json.dumps(sorted(item for item in cells.items() if item[1])))}


def note(returned: Returned, now: datetime) -> None:
    """They were accepted, in the transaction that settles their batch."""
    if not returned:
        return
    removals = Removal.objects.filter(pk__in=returned, state=Removal.State.WAITING)
    Identity.objects.filter(removal__in=removals, pk__in=[pk for some in returned.values() for pk in some]).delete()
    removals.update(returned_at=now)
    left = Identity.objects.filter(removal=OuterRef("pk"))
    removals.filter(~Exists(left)).update(state=Removal.State.RETURNED, settled_at=now, cause="", cause_detail="")
