"""Counts what is sent one by one again, and holds it against the journal of the steps that it came from."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q, Sum
from django.db.models.functions import Coalesce

from canvas import journal
from canvas.models import Arrival, Cohort, Entry

from .dispatch_models import Dispatch, Outlet
from .dispatch_queue import WAITING

MOST = 100


def differences() -> Iterator[str]:
    yield from lost()
    yield from states()
    for outlet in Outlet.objects.select_related("step__canvas"):
        yield from handed_over(outlet)


def lost() -> Iterator[str]:
    outlet, entry = Outlet.objects.filter(pk=OuterRef("outlet_id")), Entry.objects.filter(pk=OuterRef("entry_id"))
    rows = Dispatch.objects.filter(~Exists(outlet) | ~Exists(entry)).values_list("pk", flat=True)
    yield from (f"dispatch {pk} has lost its step or its entry" for pk in rows[:MOST])


def states() -> Iterator[str]:
    """What waits has a time to be tried; what is settled has none, nor a lease, but the time of its end."""
    settled = ~WAITING & (Q(settled_at=None) | Q(next_attempt_at__isnull=False) | Q(lease_token__isnull=False))
    rows = Dispatch.objects.filter(WAITING & Q(next_attempt_at=None) | settled).values_list("pk", "state")
    yield from (f"dispatch {pk} is {state}, and its times say otherwise" for pk, state in rows[:MOST])


def handed_over(outlet: Outlet) -> Iterator[str]:
    """Whoever came to the step stands there or was handed over."""
    step = outlet.step
    came = Arrival.objects.filter(step=step).aggregate(n=Coalesce(Sum("n"), 0))["n"]
    standing = Cohort.objects.filter(canvas=step.canvas, step=step, ended_at=None)
    here, people = standing.aggregate(n=Coalesce(Sum("size"), 0))["n"], outlet.dispatches.count()
    if came != here + people + journal.let_out([step.pk]).get(step.pk, 0):
        yield f"step {step}: {came} came, {here} stand there and {people} are to be sent something"
