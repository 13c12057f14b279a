"""The filter condition {"in_canvas": name}: people who are in that Canvas now."""

from django.db.models import Exists, OuterRef
from django.db.models.expressions import Combinable

from audiences.expressions import nobody
from audiences.filters import Reading

from .models import Canvas, Entry


def read_in_canvas(reading: Reading, document: dict, path: str) -> Combinable:
    """Somebody who has left may come back; then she is in it again."""
    reading.only(document, path, "in_canvas")
    pk = reading.one_of("Canvas", canvases, document["in_canvas"], f"{path}.in_canvas")
    if pk is None:
        return nobody()
    trips = Entry.objects.filter(profile=OuterRef(f"{reading.prefix}pk"), canvas=pk)
    return Exists(trips.filter(cohort__ended_at=None))


def names() -> list[str]:
    """Canvases that people may be in."""
    return list(Canvas.objects.exclude(live_version=None).order_by("name").values_list("name", flat=True))


def canvases() -> dict[str, int]:
    return dict(Canvas.objects.values_list("name", "pk"))
