"""Undo and redo of a draft: like any save under the row's lock and only on the edition that was seen, and they work
after a reload, for the changes of others too.
"""

from dataclasses import dataclass

from django.db import transaction

from config.team.models import User

from . import saving
from .models import Canvas, Revision
from .revisions import Trail


class NothingThere(saving.NotSaved):
    """There is nothing to undo or to redo."""


@dataclass(frozen=True)
class Turn:
    """`change` was taken back, or done again; `focus` is the card to look at, or ""."""

    canvas: Canvas
    change: Revision
    focus: str


@transaction.atomic
def undo(pk: int, edition: int, actor: User | None, via: str = "dashboard") -> Turn:
    """Raises NotSaved kinds or DocumentRefused; nothing is changed then."""
    trail = trail_of(pk, edition)
    if trail.undone is None:
        raise NothingThere("There is nothing to undo.")
    return go(trail, trail.undone, trail.undone.before, "Undone", actor, via)


@transaction.atomic
def redo(pk: int, edition: int, actor: User | None, via: str = "dashboard") -> Turn:
    """Raises NotSaved kinds or DocumentRefused; nothing is changed then."""
    trail = trail_of(pk, edition)
    if trail.redone is None:
        raise NothingThere("There is nothing to do again.")
    return go(trail, trail.redone, trail.redone.edition, "Done again", actor, via)


def trail_of(pk: int, edition: int) -> Trail:
    canvas = saving.locked_draft(pk)
    saving.check_edition(canvas, edition)
    return Trail(canvas)


def go(trail: Trail, change: Revision, to: int, did: str, actor: User | None, via: str) -> Turn:
    canvas, old, new = trail.canvas, trail.canvas.document, trail.document(to)
    canvas = saving.put(canvas, new, actor, f"{did}: {change.what}", via, same_as=to)
    return Turn(canvas, change, concerned(old, new))


def concerned(old: dict, new: dict) -> str:
    """The first step that is new or different, else the one that led to the first that is gone; "" for none."""
    before, after = by_key(old), by_key(new)
    gone = before.keys() - after.keys()
    changed = [key for key, step in after.items() if before.get(key) != step]
    if gone:
        left = [key for key in changed if gone & set(before.get(key, {}).get("next", {}).values())]
        return next(iter([*left, *changed, *after]), "")
    fresh = [key for key in changed if key not in before]
    settled = [key for key in changed if before.get(key, {}).get("settings") != after[key].get("settings")]
    return next(iter([*fresh, *settled, *changed]), "")


def by_key(document: dict) -> dict[str, dict]:
    return {step["key"]: step for step in document.get("steps", [])}
