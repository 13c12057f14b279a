"""The ledger: every attempt to send people of a step, newest first, page by page or as one file.

It tells when, how many, what came of it, and by which trace id Facebook knows it; never what was sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localtime

from canvas.models import Step
from config.team import csv_lines
from config.team.csv_lines import plain

from .errors import KINDS, sentence
from .models import Attempt

PAGE, PART = 50, 2_000
WORDS = {"accepted": "Accepted", "lost": "Broken off; no answer was seen"}
UNDER_WAY = "Being sent"
OUTCOMES = ("accepted", *sorted(KINDS), "lost")
COLUMNS = (
    "started_at", "finished_at", "milliseconds", "custom_audience", "batch", "attempt", "people", "rows", "received",
    "invalid", "outcome", "code", "subcode", "http_status", "trace_id", "api_version", "session_id",
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    attempts: list[Attempt]
    next: int


def in_words(outcome: str) -> str:
    return WORDS.get(outcome) or (sentence(outcome) if outcome else UNDER_WAY)


def of_step(step: Step, outcome: str = "") -> QuerySet[Attempt]:
    """Of one outcome, or ("") all of them."""
    rows = Attempt.objects.filter(batch__audience__step=step).select_related("batch__audience").order_by("-pk")
    return rows.filter(outcome=outcome) if outcome else rows


def page(rows: QuerySet[Attempt], before: int) -> Page:
    """`before`: the `next` of the page before this one, 0 for the first. `next` is 0 on the last."""
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    return Page(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def lines(rows: QuerySet[Attempt]) -> Iterator[str]:
    """The file, a part at a time: it may be longer than what memory holds."""
    writer = csv_lines.writer()
    yield writer.writerow(COLUMNS)
    before = 0
    while part := list((rows.filter(pk__lt=before) if before else rows)[:PART]):
        yield "".join(writer.writerow(cells(attempt)) for attempt in part)
        before = part[-1].pk


def cells(attempt: Attempt) -> list:
    batch = attempt.batch
    return [
        written(attempt.started_at), written(attempt.finished_at), attempt.milliseconds, plain(batch.audience.name),
        batch.pk, attempt.number, batch.size, attempt.rows, attempt.received, attempt.invalid,
        attempt.outcome, attempt.code, attempt.subcode, attempt.http_status, plain(attempt.trace_id),
        attempt.api_version, attempt.session_id,
    ]  # fmt: skip


def written(moment: datetime | None) -> str:
    return localtime(moment).isoformat(timespec="seconds") if moment else ""
