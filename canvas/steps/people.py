"""What a step type tells of single people who came to its step."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class StepPerson:
    """One trip of one person. `external_id` and `profile_id` are None once that person was erased."""

    entry_id: int
    profile_id: int | None
    external_id: str | None
    status: str
    cause: str = ""
    attempts: int = 0
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """`next` is the cursor of the page after this one; "" when there is none."""

    people: Sequence[StepPerson]
    next: str
