"""What became of the people of steps that pass them to a partner. Sums over batches: a row stands for thousands."""

from collections.abc import Sequence

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from canvas import journal

from .models import SyncBatch

State = SyncBatch.State
NAMES = ("synced", "missing_fields", "not_synced", "withdrawn")


def fates(steps: Sequence[int]) -> dict[int, dict[str, int]]:
    """By the ids of Step rows. Whoever entered and is in none of them is Pending."""
    rows = SyncBatch.objects.filter(audience__step__in=steps).values("audience__step")
    found = {row.pop("audience__step"): row for row in rows.annotate(**sums()).order_by()}
    left = journal.let_out(steps)
    fates = {step: found.get(step, dict.fromkeys(NAMES, 0)) for step in steps}
    return {step: fate | {"withdrawn": fate["withdrawn"] + left.get(step, 0)} for step, fate in fates.items()}


def sums() -> dict[str, Coalesce]:
    done, failed, cancelled = (Q(state=state) for state in (State.DONE, State.FAILED, State.WITHDRAWN))
    refused = F("refused") + F("rejected_unnamed")
    return {
        "synced": total(F("size") - F("missing") - refused - F("withdrawn"), done),
        "missing_fields": total(F("missing"), done),
        "not_synced": total(refused, done, F("size") - F("withdrawn"), failed),
        "withdrawn": total(F("withdrawn"), ~cancelled, F("size"), cancelled),
    }


def total(amount, where: Q, *more) -> Coalesce:
    """The sum of `amount` over the batches `where`; then the same for what follows in pairs."""
    here = Coalesce(Sum(amount, filter=where), 0)
    return here + total(*more) if more else here
