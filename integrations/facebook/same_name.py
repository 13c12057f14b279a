"""Another audience of the same name in the same ad account: Facebook keeps both, and people mix them up.

Ours are looked through: those that were made, and those that other drafts would make. One query, whatever the number
of steps.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import or_

from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast

from canvas.document import Draft, StepSpec
from canvas.models import LIVE, Canvas

from ..models import CustomAudience

_FINDABLE = re.compile(r"[A-Za-z0-9 ]+")

Place = tuple[str, str]
"""An ad account's id, and a name as it is compared."""


def place_of(settings: Mapping) -> Place:
    account, name = settings.get("ad_account", ""), settings.get("audience_name", "")
    return account.strip(), name.strip().casefold()


def elsewhere(step: StepSpec, draft: Draft) -> str:
    """Where else it is, in words; "" where nowhere."""
    place = place_of(step.settings)
    if not all(place):
        return ""
    others = found(draft)
    if any(place_of(other.settings) == place for other in steps(draft) if other.key != step.key):
        return "another step of this Canvas makes one"
    return others.get(place, "")


def steps(draft: Draft) -> list[StepSpec]:
    return [step for step in draft.document.steps if step.type.type == "facebook_audience"]


def found(draft: Draft) -> dict[Place, str]:
    """For every place of this draft at which there is one."""
    if "same names" not in draft.memo:
        places = {place for step in steps(draft) if all(place := place_of(step.settings))}
        names = dict(named(draft, places)) if places else {}
        draft.memo["same names"] = {place: words for place, words in names.items() if place in places}
    return draft.memo["same names"]


def named(draft: Draft, places: Iterable[Place]) -> Iterator[tuple[Place, str]]:
    """Drafts first: what is made counts for more."""
    own, text = draft.canvas.pk if draft.canvas else None, Cast("document", TextField())
    drafts = (
        Canvas.objects.filter(Q(status=Canvas.Status.DRAFT) | Q(drafting=True, status__in=LIVE))
        .exclude(pk=own)
        .annotate(text=text)
    )
    drafts = drafts.filter(hinted(places)).values_list(Value("", TextField()), "text", Cast("name", TextField()))
    made = CustomAudience.objects.filter(ad_account__account_id__in={account for account, _ in places})
    columns = [Cast(path, TextField()) for path in ("ad_account__account_id", "name", "step__canvas__name")]
    rows = list(drafts.union(made.exclude(step__canvas=own).values_list(*columns), all=True))
    for account, text, canvas in sorted(rows, key=lambda row: bool(row[0])):
        if account:
            yield (account, text.strip().casefold()), f"the Canvas “{canvas}” fills one"
        else:
            yield from ((place, f"the draft “{canvas}” makes one") for place in in_document(json.loads(text)))


def hinted(places: Iterable[Place]) -> Q:
    """The database leaves out the documents that can't name any of them."""
    hints = {max(_FINDABLE.findall(name), key=len, default="") for _, name in places}
    return reduce(or_, (Q(text__icontains=hint) for hint in sorted(hints)))


def in_document(document: Mapping) -> Iterator[Place]:
    for step in document.get("steps", []):
        if step.get("type") == "facebook_audience":
            yield place_of(step.get("settings", {}))
