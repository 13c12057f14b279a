"""Counts batches and members again, and holds them against the journal of the steps that they came from."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from canvas import journal
from canvas.models import Arrival, Cohort, Entry, Step

from . import dispatch_recount, removal_recount
from .hourly import EVERY, Hourly
from .models import Attempt, CustomAudience, Member, SyncBatch

State = SyncBatch.State


def differences() -> Iterator[str]:
    yield from batch_sizes()
    yield from verdicts()
    yield from states()
    yield from halves()
    yield from lost_members()
    yield from removal_recount.differences()
    yield from dispatch_recount.differences()
    for each in EVERY:
        yield from folds(each)
    for step in Step.objects.filter(Exists(CustomAudience.objects.filter(step=OuterRef("pk")))):
        yield from handed_over(step)


def members(**verdict):
    rows = Member.objects.filter(batch=OuterRef("pk"), **verdict).order_by().values("batch")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def batch_sizes() -> Iterator[str]:
    wrong = SyncBatch.objects.annotate(people=members()).exclude(people=F("size"))
    for pk, size, found in wrong.values_list("pk", "size", "people"):
        yield f"batch {pk} says {size} people and holds {found}"


def verdicts() -> Iterator[str]:
    for name in ("missing", "refused", "withdrawn"):
        rows = SyncBatch.objects.exclude(state=State.WITHDRAWN).annotate(people=members(verdict=name))
        for pk, said, found in rows.exclude(people=F(name)).values_list("pk", name, "people"):
            yield f"batch {pk} says {said} {name} and holds {found}"


def states() -> Iterator[str]:
    """What is settled has a time; what is done has an accepted attempt, until all of its attempts were purged."""
    settled = Q(state__in=[State.DONE, State.FAILED, State.WITHDRAWN, State.SPLIT])
    for pk in SyncBatch.objects.filter(settled, settled_at=None).values_list("pk", flat=True):
        yield f"batch {pk} is settled without a time"
    kept = Attempt.objects.filter(batch=OuterRef("pk"))
    unlike = Q(attempts_made=0) | Exists(kept) & ~Exists(kept.filter(outcome="accepted"))
    for pk in SyncBatch.objects.filter(unlike, state=State.DONE).values_list("pk", flat=True):
        yield f"batch {pk} is done without an accepted attempt"


def halves() -> Iterator[str]:
    """What was halved is empty and has two halves; nothing else has any."""
    rows = SyncBatch.objects.filter(parent=OuterRef("pk")).order_by().values("parent")
    counted = SyncBatch.objects.annotate(halves=Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0))
    wrong = counted.exclude(Q(state=State.SPLIT, halves=2, size=0) | ~Q(state=State.SPLIT) & Q(halves=0))
    for pk, state, size, found in wrong.values_list("pk", "state", "size", "halves"):
        yield f"batch {pk} is {state}, holds {size} people and has {found} halves"


def folds(each: Hourly) -> Iterator[str]:
    """What is summed up is what the rows of that time are."""
    lines: dict[tuple, dict[bool, tuple]] = defaultdict(dict)
    said, found = (rows.annotate(by_rows=Value(by_rows)).order_by() for by_rows, rows in each.both())
    for owner, state, *counts, by_rows in said.union(found, all=True):
        lines[owner, state][bool(by_rows)] = tuple(counts)
    for (owner, state), counts in lines.items():
        if counts.get(False) != counts.get(True):
            yield f"{each.owner} {owner}, {state}: {counts.get(False)} by the hours, {counts.get(True)} by the rows"


def lost_members() -> Iterator[str]:
    """Every member has its batch and its entry; an entry is once a member of one step's batches, unless there were
    several versions: by another one people may come to a step again."""
    batch = SyncBatch.objects.filter(pk=OuterRef("batch_id"))
    entry = Entry.objects.filter(pk=OuterRef("entry_id"))
    for pk in Member.objects.filter(~Exists(batch) | ~Exists(entry)).values_list("pk", flat=True)[:100]:
        yield f"member {pk} has lost its batch or its entry"
    same = Member.objects.exclude(batch__audience__step__canvas__live_version__number__gt=1)
    twice = same.values("entry_id", "batch__audience__step").annotate(n=Count("pk")).filter(n__gt=1)
    for row in twice.order_by()[:100]:
        yield f"entry {row['entry_id']} was handed over {row['n']} times"


def handed_over(step: Step) -> Iterator[str]:
    """Whoever came to the step stands there, became a member, or left before."""
    came = Arrival.objects.filter(step=step).aggregate(n=Coalesce(Sum("n"), 0))["n"]
    standing = Cohort.objects.filter(canvas=step.canvas, step=step, ended_at=None)
    here = standing.aggregate(n=Coalesce(Sum("size"), 0))["n"]
    people = SyncBatch.objects.filter(audience__step=step).aggregate(n=Coalesce(Sum("size"), 0))["n"]
    if came != here + people + journal.let_out([step.pk]).get(step.pk, 0):
        yield f"step {step}: {came} came, {here} stand there and {people} were handed over"
