"""People who part from their cohort get one of their own, at the same step. In the caller's transaction, under the
Canvas's lock, in a constant number of statements however many cohorts or people there are.

`leaving` are entries with `way`, what their new cohort is to hold in the column `mark`. A cohort whose people all leave
by one way is not parted: it is only marked.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from .insert_select import insert_select
from .models import Cohort, Entry


@dataclass(frozen=True)
class Parting:
    """One parting of people of a Canvas at `now`. New cohorts are due at once; `stamp` tells them from all others."""

    canvas_id: int
    now: datetime
    stamp: int
    mark: str = "branch"

    @property
    def children(self) -> QuerySet[Cohort]:
        due = Cohort.objects.filter(canvas=self.canvas_id, ended_at=None, due_at__lte=self.now)
        return due.filter(move=self.stamp)

    def make(self, leaving: QuerySet[Entry]) -> None:
        """One child per (cohort, way) where only some go."""
        parts = leaving.values("cohort", "way").annotate(people=Count("pk"), since=Min("cohort__arrived_at"))
        columns = {
            "canvas": self.canvas_id, "step": "cohort__step_id", "parent": "cohort_id", "size": "people",
            "move": self.stamp, "arrived_at": "since", "due_at": self.now, "branch": "cohort__branch", self.mark: "way",
        }  # fmt: skip
        insert_select(Cohort, columns, parts.filter(people__lt=F("cohort__size")))

    def repoint(self, leaving: QuerySet[Entry], ways: Collection[str]) -> None:
        for way in ways:
            into = self.children.filter(**{self.mark: way})
            going = leaving.filter(way=way, cohort__in=into.values("parent"))
            child = into.filter(parent=OuterRef("cohort_id")).values("pk")[:1]
            Entry.objects.filter(pk__in=going.values("pk")).update(cohort=Subquery(child))

    def resize(self) -> None:
        """Sizes from the entries themselves; what is empty drops out."""
        here = Entry.objects.filter(cohort=OuterRef("pk")).order_by()
        people = here.values("cohort").annotate(n=Count("pk")).values("n")
        self.children.update(size=Coalesce(Subquery(people), 0))
        gone = self.children.filter(parent=OuterRef("pk")).order_by().values("parent").annotate(n=Sum("size"))
        parents = Cohort.objects.filter(pk__in=self.children.values("parent"))
        parents.update(size=F("size") - Subquery(gone.values("n")))
        parents.filter(size=0).update(ended_at=self.now)
        self.children.filter(size=0).delete()

    def settle(self, leaving: QuerySet[Entry], ways: Collection[str]) -> None:
        """Everybody into the cohort that was made for them."""
        if self.children.exists():
            self.repoint(leaving, ways)
            self.resize()

    def take(self, leaving: QuerySet[Entry], ways: Collection[str]) -> QuerySet[Cohort]:
        """The cohorts of those who leave, whole ones too: marked, and due at once."""
        self.make(leaving)
        self.settle(leaving, ways)
        left = leaving.exclude(cohort__move=self.stamp)
        whole = left.values("cohort").annotate(people=Count("pk")).filter(people=F("cohort__size")).values("cohort")
        way = left.filter(cohort=OuterRef("pk")).values("way")[:1]
        marked = {self.mark: Subquery(way), "move": self.stamp, "due_at": self.now}
        Cohort.objects.filter(pk__in=whole).update(**marked)
        return self.children
