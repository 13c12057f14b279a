"""The sum that is seen to add up: Entered = Synced + Pending + Missing fields + User Not Synced (+ Withdrawn).

Each type of step brings the states that it knows: a Message, for one, Sent + Pending + No e-mail + Unsubscribed +
Failed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import template

register = template.Library()
STATES = {
    "synced": ("synced", "Synced"),
    "sent": ("synced", "Sent"),
    "pending": ("pending", "Pending"),
    "missing_fields": ("missing", "Missing fields"),
    "no_email": ("missing", "No e-mail"),
    "unsubscribed": ("unsubscribed", "Unsubscribed"),
    "not_synced": ("not-synced", "User Not Synced"),
    "failed": ("not-synced", "Failed"),
    "withdrawn": ("withdrawn", "Withdrawn"),
}
SYNC = ("synced", "pending", "missing_fields", "not_synced", "withdrawn")
FILLS = {"synced": "", "pending": "url(#p-pending)", "missing": "url(#p-missing)", "not-synced": "url(#p-not-synced)",
         "withdrawn": "url(#p-withdrawn)", "unsubscribed": "url(#p-unsubscribed)"}  # fmt: skip


@dataclass(frozen=True)
class Term:
    """One state's part of the sum; x and width are percentages of the bar."""

    name: str
    css: str
    label: str
    people: int
    x: float
    width: float

    @property
    def fill(self) -> str:
        return FILLS[self.css]


def terms(numbers: Mapping[str, int]) -> Iterator[Term]:
    """Every state that the numbers know, in order, those of a sync if they know none; Withdrawn only where there is
    somebody."""
    whole, x = max(sum(numbers.get(name, 0) for name in STATES), 1), 0.0
    for name, (css, label) in STATES.items():
        if name not in numbers and (name not in SYNC or "sent" in numbers):
            continue
        people = numbers.get(name, 0)
        width = round(100 * people / whole, 2)
        if people or name != "withdrawn":
            yield Term(name, css, label, people, round(x, 2), width)
        x += width


@register.filter
def someone(numbers: Mapping[str, int]) -> bool:
    """There is somebody in one of the states."""
    return any(numbers.get(name) for name in STATES)


@register.filter
def state_label(name: str) -> str:
    return STATES[name][1]


@register.inclusion_tag("_partials/ledger_bar.html")
def ledger_bar(numbers: Mapping[str, int], thin: bool = False) -> dict:
    return {"terms": list(terms(numbers)), "thin": thin}


@register.inclusion_tag("_partials/ledger_sum.html")
def ledger_sum(numbers: Mapping[str, int], entered: int, before: int = 0) -> dict:
    """`before`: how many of them were pending at the beginning of the range that is counted."""
    return {"terms": list(terms(numbers)), "entered": entered, "before": before, "all": entered + before}


@register.inclusion_tag("_partials/ledger_facts.html")
def ledger_facts(numbers: Mapping[str, int]) -> dict:
    """The same sum as a short list: all states in which there is somebody."""
    return {"terms": [term for term in terms(numbers) if term.people]}


@register.inclusion_tag("_partials/state.html")
def sync_state(name: str) -> dict:
    """Glyph and word of one of STATES."""
    css, label = STATES[name]
    return {"css": css, "label": label}
