"""The fold of what is settled: what was settled long enough ago is summed up by the hour, so that sums stay quick.

A row of hours stands for all that its owner had settled before `summed_until`; everything else is counted by itself.
Nothing is settled in an hour that is over for an hour, but by a clock that was set back (see set_back). Who opens again
what is settled has the sums of its owners forgotten, and a later pass makes them anew.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection, transaction
from django.db.models import Aggregate, Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Subquery, Sum

from canvas.hours import HourOf
from canvas.ranges import HOUR, floor

from .hour_models import BEGINNING, BatchHour, DispatchHour
from .models import CustomAudience, Dispatch, Outlet, SyncBatch

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
SUM = "sum_of_"
"""Before the name of a column: Django takes no sum by the column's own."""


@dataclass(frozen=True)
class Hourly:
    """What is settled: `rows`, their owners, and the table of their hours. Rows of one `kind` are summed up together:
    what is counted, and what else is kept of them."""

    owners: type[Model]
    owner: str
    rows: type[Model]
    hours: type[Model]
    waiting: Q
    kind: tuple[str, ...]
    counted: Mapping[str, Aggregate]
    kept: Mapping[str, Aggregate]

    def settled(self, **where) -> tuple[QuerySet, QuerySet]:
        """All that is settled, of the owners `where`: what is summed up, and the rows that are not. Each is in one of
        the two."""
        fresh = self.rows.objects.filter(self.few, settled_at__gte=F(f"{self.owner}__summed_until"), **where)
        return self.hours.objects.filter(**where), fresh.exclude(self.waiting)

    @property
    def few(self) -> Q:
        """Holds of whatever is not summed up. PostgreSQL takes an unknown bound for one that a third of all rows lie
        beyond, and reads them all; between two bounds it expects but a few."""
        if connection.vendor != "postgresql":
            return Q()
        first = self.owners.objects.order_by("summed_until").values("summed_until")[:1]
        return Q(settled_at__gte=Subquery(first), settled_at__lt=NEVER)

    def all_of(self, **where) -> tuple[QuerySet, QuerySet, QuerySet]:
        """`settled`, and the rows that wait."""
        return (*self.settled(**where), self.rows.objects.filter(self.waiting, **where))

    def fold(self, now: datetime) -> int:
        """Sums up what was settled more than an hour ago; for how many owners. One query where there is nothing."""
        until = floor(now - HOUR)
        over = self.rows.objects.filter(settled_at__gte=OuterRef("summed_until"), settled_at__lt=until)
        theirs = over.exclude(self.waiting).filter(**{self.owner: OuterRef("pk")})
        due = self.owners.objects.filter(Exists(theirs)).order_by("pk").values_list("pk", flat=True)
        return sum(self.sum_up(pk, until) for pk in due)

    @transaction.atomic
    def sum_up(self, pk: int, until: datetime) -> bool:
        """False: somebody else was quicker."""
        one = self.owners.objects.select_for_update().filter(pk=pk, summed_until__lt=until).first()
        if one is None:
            return False
        theirs = {self.owner: pk, "settled_at__gte": one.summed_until, "settled_at__lt": until}
        over = self.rows.objects.filter(**theirs).exclude(self.waiting).annotate(hour=HourOf("settled_at"))
        sums = {f"{SUM}{name}": how for name, how in {**self.counted, **self.kept}.items()}
        lines = over.values("hour", *self.kind).annotate(**sums).order_by()
        self.hours.objects.bulk_create([self.line(pk, **line) for line in lines], batch_size=1_000)
        self.owners.objects.filter(pk=pk).update(summed_until=until)
        return True

    def line(self, pk: int, hour: datetime, **columns) -> Model:
        named = {name.removeprefix(SUM): value for name, value in columns.items()}
        return self.hours(**{f"{self.owner}_id": pk}, settled_at=hour, **named)

    @transaction.atomic
    def forget(self, owners: Collection[int]) -> None:
        """In the transaction that changes settled rows of these, after it has changed them: a fold that is under way
        ends before, and one that comes finds them as they are now."""
        self.owners.objects.filter(pk__in=owners).update(summed_until=BEGINNING)
        self.hours.objects.filter(**{f"{self.owner}__in": owners}).delete()

    def forget_ahead(self, now: datetime) -> int:
        """Of owners for whom something may be settled in an hour that is summed up: the clock was set back."""
        ahead = list(self.owners.objects.filter(summed_until__gt=now).values_list("pk", flat=True))
        if ahead:
            self.forget(ahead)
        return len(ahead)

    def both(self) -> Iterator[tuple[bool, QuerySet]]:
        """What is summed up, and (True) the rows that it stands for: by owner and state, what is counted."""
        over = self.rows.objects.filter(settled_at__lt=F(f"{self.owner}__summed_until")).exclude(self.waiting)
        sums = {f"{SUM}{name}": Sum(name) for name in self.counted}
        counts = {f"{SUM}{name}": how for name, how in self.counted.items()}
        yield False, self.hours.objects.values_list(self.owner, "state").annotate(**sums)
        yield True, over.values_list(self.owner, "state").annotate(**counts)


PARTS = ("size", "missing", "refused", "rejected_unnamed", "withdrawn")
FIRST, LAST = Min("settled_at"), Max("settled_at")
BATCHES = Hourly(
    CustomAudience, "audience", SyncBatch, BatchHour,
    Q(state__in=(SyncBatch.State.OPEN, SyncBatch.State.SEALED)), ("state", "cause", "cause_detail"),
    {name: Sum(name) for name in PARTS}, {"clock_at": Min("clock_at"), "first_at": FIRST, "last_at": LAST},
)  # fmt: skip
DISPATCHES = Hourly(
    Outlet, "outlet", Dispatch, DispatchHour, Q(state=Dispatch.State.WAITING), ("state", "cause", "status"),
    {"people": Count("pk")}, {"last_at": LAST},
)  # fmt: skip
EVERY = (BATCHES, DISPATCHES)


def fold(now: datetime) -> int:
    return sum(each.fold(now) for each in EVERY)
