"""The numbers of every Canvas as a small table for the terminal."""

from collections.abc import Iterator

from canvas.analytics import numbers
from canvas.models import Canvas

COLUMNS = ("entered", "proceeded", "synced", "pending", "missing_fields", "not_synced", "withdrawn")
HEADS = ("Entered", "Proceeded", "Synced", "Pending", "Missing", "Not synced", "Withdrawn")


def lines() -> Iterator[str]:
    for canvas in Canvas.objects.select_related("live_version").order_by("pk"):
        found = numbers(canvas)
        total = found["canvas"]
        yield f"{canvas.name} ({canvas.status}): {total['entered']:,} entered, {total['inside']:,} inside"
        yield line("", *HEADS)
        for step in found["steps"]:
            yield line(step["key"], *(f"{step[name]:,}" if name in step else "" for name in COLUMNS))
        yield ""


def line(first: str, *cells: str) -> str:
    return f"  {first:<14}{''.join(f'{cell:>12}' for cell in cells)}".rstrip()
