"""The numbers of a Canvas as a CSV file: a line for the whole, one for each conversion, one for each step."""

from collections.abc import Iterator

from django.utils.timezone import localtime

from config.team import csv_lines
from config.team.csv_lines import plain

from .ranges import Range

ABOUT = ("from", "until", "what", "name", "type")
COUNTS = (
    "entered", "proceeded", "inside_before", "inside", "exited", "converted", "pending_before", "pending", "synced",
    "sent", "missing_fields", "no_email", "unsubscribed", "not_synced", "failed", "withdrawn",
)  # fmt: skip


def lines(numbers: dict, asked: Range) -> Iterator[str]:
    """`numbers` is what `analytics.with_conversions` tells. Nothing stands where something isn't counted."""
    writer = csv_lines.writer()
    yield writer.writerow([*ABOUT, *COUNTS])
    span = [written(asked.since), written(asked.until)]
    for what, name, kind, counts in parts(numbers):
        yield writer.writerow([*span, what, plain(name), kind, *(counts.get(column, "") for column in COUNTS)])


def parts(numbers: dict) -> Iterator[tuple[str, str, str, dict]]:
    whole = numbers["canvas"]
    yield "canvas", whole["name"], "", whole
    for name, people in whole["conversions"].items():
        yield "conversion", name, "", {"converted": people}
    for step in numbers["steps"]:
        yield "step", step["key"], step["type"], step


def written(moment) -> str:
    return localtime(moment).isoformat(timespec="minutes") if moment else ""
