"""Spans of time as people choose them: a number and a unit; and as a document writes them (ISO 8601)."""

from datetime import timedelta

UNITS = [("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("weeks", "weeks"), ("seconds", "seconds")]
WRITTEN = {"seconds": "PT{}S", "minutes": "PT{}M", "hours": "PT{}H", "days": "P{}D", "weeks": "P{}W"}
SECONDS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}


def parts(span: timedelta) -> tuple[int, str]:
    """The number and the largest unit that say it exactly."""
    seconds = round(span.total_seconds())
    unit = next((unit for unit, size in SECONDS.items() if seconds and seconds % size == 0), "minutes")
    return seconds // SECONDS[unit], unit


def written(number: int, unit: str) -> str:
    return WRITTEN[unit].format(number)


def words(span: timedelta) -> str:
    """ "1 day", "90 minutes"."""
    number, unit = parts(span)
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"
