"""The versions of a Canvas in words: what each changed, and what is different between any two."""

from collections.abc import Sequence
from dataclasses import dataclass

from .differences import Difference, differences
from .document import read
from .models import Canvas, Version
from .steps.base import Say

DRAFT = "draft"
MOST = 5


@dataclass(frozen=True)
class Row:
    """A version: what it changed, `more` changes that are not told here, and where people of retired steps went."""

    version: Version
    changes: list[Difference]
    more: int
    moved: list[tuple[str, str]]


def rows(page: Sequence[Version], before: dict[int, Version], say: Say) -> list[Row]:
    """`before` has the version before each of the page, by its number."""
    return [row_of(version, before.get(version.number - 1), say) for version in page]


def row_of(version: Version, before: Version | None, say: Say) -> Row:
    found = differences(before.document, version.document, say) if before else []
    return Row(version, found[:MOST], len(found[MOST:]), moved(version, before))


def moved(version: Version, before: Version | None) -> list[tuple[str, str]]:
    """(the step that is gone, where its people went), as titles."""
    old, new = read(before.document if before else version.document).by_key, read(version.document).by_key
    left = {"": "they left the Canvas"}
    return [(old[key].title, left.get(to) or f"they went on at {new[to].title}") for key, to in version.onward.items()]


def choices(canvas: Canvas) -> list[tuple[str, str]]:
    """What can be compared: the draft, and every version, the newest first."""
    numbers = canvas.versions.order_by("-number").values_list("number", flat=True)
    live = canvas.live_version.number if canvas.live_version else 0
    told = [(str(number), f"Version {number}{', live' if number == live else ''}") for number in numbers]
    return [(DRAFT, f"Draft of version {canvas.next_number}"), *told] if canvas.is_draft else told


def document_of(canvas: Canvas, which: str) -> dict | None:
    """None where there is no such version."""
    if which == DRAFT:
        return canvas.document if canvas.is_draft else None
    number = int(which) if which.isdecimal() and len(which) < 10 else 0
    return canvas.versions.filter(number=number).values_list("document", flat=True).first()


def compared(canvas: Canvas, old: str, new: str, say: Say) -> list[Difference] | None:
    """From the one to the other; None where there is nothing to compare."""
    before, after = document_of(canvas, old), document_of(canvas, new)
    return None if before is None or after is None else differences(before, after, say)
