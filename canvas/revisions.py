"""The editions of a draft as rows: what each save did, where undo and redo lead, and what came since an edition.

Nothing is changed afterwards: undo and redo are new editions that bring an old state back. So the states are a tree,
and redo goes to the youngest of those that were made of the present one: a new change makes an older redo unreachable.
"""

from functools import cached_property

from django.db.models import QuerySet
from django.utils import timezone

from config.team.models import User

from .models import Canvas, Revision

KEPT, SWEEP = 100, 20


def keep(canvas: Canvas, old: dict, actor: User | None, what: str, via: str, same_as: int | None) -> None:
    """The row of the edition that was just stored. A draft without rows (made by an older release) gets its first."""
    row = Revision(
        canvas=canvas, edition=canvas.edition, document=canvas.document, what=what[:200], actor=actor, via=via,
        at=timezone.now(), same_as=same_as,
    )  # fmt: skip
    first = []
    if canvas.edition > 1 and same_as is None:
        row.before = state_of(canvas, canvas.edition - 1)
    if canvas.edition > 1 and same_as is None and row.before is None:
        row.before = canvas.edition - 1
        first = [Revision(canvas=canvas, edition=row.before, document=old, via=via, at=row.at)]
    Revision.objects.bulk_create([*first, row])
    if canvas.edition % SWEEP == 0:
        passed(canvas).delete()


def passed(canvas: Canvas) -> QuerySet[Revision]:
    """The rows that are not kept any more. They go by and by; nobody reads them."""
    return Revision.objects.filter(canvas=canvas, edition__lte=canvas.edition - KEPT)


def state_of(canvas: Canvas, edition: int) -> int | None:
    """The edition in which the state of this one was new; None when that is not known."""
    same_as = Revision.objects.filter(canvas=canvas, edition=edition).values_list("same_as", flat=True)
    return next((found or edition for found in same_as), None)


class Trail:
    """The kept revisions of a Canvas without their documents, and where it stands among them. One query."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    @cached_property
    def rows(self) -> dict[int, Revision]:
        kept = Revision.objects.filter(canvas=self.canvas, edition__gt=self.canvas.edition - KEPT)
        kept = kept.defer("document").select_related("actor")
        return {row.edition: row for row in kept.order_by("edition")}

    @property
    def here(self) -> Revision | None:
        """The revision in which the present state was new."""
        present = self.rows.get(self.canvas.edition)
        return self.rows.get(present.same_as or present.edition) if present else None

    @property
    def undone(self) -> Revision | None:
        """The change that undo would take back."""
        return self.here if self.here and self.here.before in self.rows else None

    @property
    def redone(self) -> Revision | None:
        """The change that redo would make again."""
        made = [row for row in self.rows.values() if self.here and row.before == self.here.edition]
        return made[-1] if made else None

    def since(self, edition: int) -> list[Revision]:
        """What was saved after this edition, oldest first."""
        return [row for row in self.rows.values() if row.edition > edition]

    def document(self, edition: int) -> dict | None:
        """The draft as it was in that edition; None when it is not kept any more."""
        kept = Revision.objects.filter(canvas=self.canvas, edition=edition).values_list("document", flat=True)
        return kept.first()
