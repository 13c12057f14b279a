"""The figures on top of a Canvas's numbers, each beside what it was in the range before."""

from collections.abc import Iterator
from dataclasses import dataclass

from . import analytics
from .counted import OUTCOMES, Counted

LABELS = {
    "synced": "Synced", "sent": "Sent", "missing_fields": "Missing fields", "not_synced": "User Not Synced",
    "failed": "Failed",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """`before` is of the range that this one is compared with, None where it is compared with none; `share` is in
    percent of who entered."""

    label: str
    people: int
    before: int | None = None
    share: float | None = None

    @property
    def change(self) -> str:
        """In words: "+20 %", "the same", "none before"."""
        if self.before is None or self.before == self.people:
            return "" if self.before is None else "the same"
        if not self.before:
            return "none before"
        percent = 100 * (self.people - self.before) / self.before
        return f"{percent:+,.0f} %" if abs(percent) >= 1 else f"{self.people - self.before:+,}"


def of(found: Counted) -> list[Figure]:
    now, asked = found.totals(found.asked.part), found.asked
    before = {} if asked.compared is None else found.totals(asked.compared)
    inside = "Inside now" if asked.until is None else "Inside at the end"
    figures = [
        Figure("Entered the Canvas", now["entered"], before.get("entered")),
        Figure(inside, now["inside"], before.get("inside")),
        Figure("Came to the end", now["exited"], before.get("exited")),
    ]
    outcomes = [Figure(LABELS[name], now[name], before.get(name)) for name in OUTCOMES if name in now]
    return [*figures, *converted(found, now["entered"]), *outcomes]


def converted(found: Counted, entered: int) -> Iterator[Figure]:
    """Their share is told of all time only: who converts in a range may have entered before it."""
    parts, asked = analytics.conversions(found.canvas, found.asked), found.asked
    for name, people in parts[asked.part].items():
        before = None if asked.compared is None else parts[asked.compared][name]
        share = 100 * people / entered if asked.is_all and entered else None
        yield Figure(f"Converted: {name}", people, before, share)
