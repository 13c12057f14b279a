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
    """`next` is the cursor of the page after this one, or "". `note` says where list and numbers differ, or ""."""

    people: Sequence[StepPerson]
    next: str
    note: str = ""


@dataclass(frozen=True)
class Leaving:
    """People whom a step has handed over and who are not there yet: they go on though the Canvas be stopped.

    `cancel_at`: where a POST calls back who is not on the way at this very moment, for those who have the permission.
    """

    title: str
    people: int
    cancel_at: str
    permission: str
