"""A custom audience as Facebook tells it, in words: how large it is, and what is the matter with it (Meta: custom
audience reference). From what the last reading of the account's list kept, never from the network."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..partner import Finding, Reading

FIELDS = "id,subtype,operation_status,approximate_count_lower_bound,approximate_count_upper_bound"
FLAGGED = 471
SMALL = 1000
"""Below it Facebook tells no number: both bounds are this one."""
NORMAL = (0, 200)
WORDS: Mapping[int, tuple[str, str, str]] = {
    100: ("warn", "Facebook will delete it soon", "No ad has used it for two years. Use it in an ad set to keep it."),
    400: ("warn", "Facebook has a warning about it", "Read it in Audience Manager."),
    410: ("off", "Nobody is in it yet", "Facebook counts people within 24 hours of their being sent."),
    411: ("warn", "Few people were found", "Choose more fields in the step: e-mail and phone are found best."),
    412: ("warn", "Many rows of the last upload were not valid", "The step’s numbers say who was refused, and why."),
    441: ("off", "Facebook is still filling it", "That takes up to 24 hours."),
    450: ("warn", "It is out of date", "Use it in an ad set, or send people to it again."),
    500: ("bad", "Facebook reports an error in it", "Look at it in Audience Manager."),
}  # fmt: skip
"""By the code of its operation status; what concerns lists that are not made from customer data is left to Facebook's
own description."""


def reading(rows: Sequence[Mapping[str, Any]]) -> Reading:
    """Of an account's customer lists."""
    well = frozenset(str(row.get("id")) for row in rows if not is_flagged(row))
    return Reading(len(rows), well, {str(row.get("id")): kept(row) for row in rows})


def is_flagged(row: Mapping[str, Any]) -> bool:
    return (row.get("operation_status") or {}).get("code") == FLAGGED


def kept(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of a row of the list."""
    status = row.get("operation_status") or {}
    return {
        "low": row.get("approximate_count_lower_bound"),
        "high": row.get("approximate_count_upper_bound"),
        "operation": status.get("code"),
        "description": status.get("description", ""),
    }


def size(facts: Mapping[str, Any]) -> str:
    """A rounded range. -1 and nothing at all mean that it is not counted yet."""
    low, high = facts.get("low"), facts.get("high")
    if not facts or "low" not in facts:
        return ""
    if low is None or high is None or high < 0:
        return "not counted yet"
    if high <= SMALL:
        return f"below {SMALL:,}"
    return f"{max(low, 0):,} – {high:,} people"


def note(facts: Mapping[str, Any]) -> Finding | None:
    """One that is flagged is held back, which is told anyway."""
    code = facts.get("operation")
    if code is None or code in NORMAL or code == FLAGGED:
        return None
    tone, words, cure = WORDS.get(code, ("warn", facts["description"] or f"State {code}", "Look in Audience Manager."))
    return Finding("", words, tone, cure)
