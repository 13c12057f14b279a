"""Keeping a draft: one change at a time, under the row's lock, and only on the edition that the editor saw.

Somebody else's save in between is a Conflict and nothing is changed; the same change twice is none. What a change makes
worse than it was is refused; what was wrong before stays a launch Problem.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from django.db import IntegrityError, transaction

from audiences.filters import Fault, WholeLibrary
from config.team.models import User, record

from . import revisions
from .document import Document, DocumentRefused, read
from .document_faults import faults_of
from .models import Canvas, Revision
from .moving import marks

Change = Callable[[dict], dict]


class NotSaved(Exception):
    """The draft was not saved."""


class Conflict(NotSaved):
    """Somebody else has saved since the `edition` that was seen. `change` is what was to be saved, if it was one."""

    def __init__(self, canvas: Canvas, edition: int = 0, change: Change | None = None) -> None:
        self.canvas, self.edition, self.change = canvas, edition, change
        self.trail = revisions.Trail(canvas)
        super().__init__(f"{self.who} saved this Canvas meanwhile.")

    @property
    def since(self) -> list[Revision]:
        """What was saved meanwhile, oldest first."""
        return self.trail.since(self.edition)

    @property
    def who(self) -> str:
        return self.since[-1].who if self.since else "Somebody"


class NotADraft(NotSaved):
    """Only a draft can be changed."""


class NameKept(DocumentRefused):
    """What was launched keeps its name: segments and programs know it by that."""

    def __init__(self) -> None:
        super().__init__([Fault("name", "A Canvas that was launched keeps its name: segments know it by that.")])


class NameTaken(DocumentRefused):
    """There is a Canvas of this name already."""

    def __init__(self) -> None:
        super().__init__([Fault("name", "Another Canvas has this name. Choose one that tells them apart.")])


SAVED = "canvas.saved"


@transaction.atomic
def create(document: Document, actor: User | None = None, via: str = "dashboard", blueprint: str = "") -> Canvas:
    """A new draft, made from the template of that key if one is named. Raises NameTaken."""
    canvas = Canvas(document={}, edition=0, author=actor, blueprint=blueprint)
    return store(canvas, document.source, actor, "Created", via)


def duplicate(canvas: Canvas, actor: User | None = None, via: str = "dashboard") -> Canvas:
    """A draft with the same steps, named after it; a name that somebody else takes meanwhile is passed over."""
    name = canvas.name[:80]
    marks = free_marks(name)
    while True:
        mark = next(marks)
        with suppress(NameTaken):
            return create(copied(canvas.shown, name + mark, mark), actor, via, canvas.blueprint)


def free_marks(name: str) -> Iterator[str]:
    """ " (copy)", " (copy 2)", and so on: what makes a name of it that no Canvas has."""
    taken = set(Canvas.objects.filter(name__startswith=name).values_list("name", flat=True))
    return (mark for mark in marks() if name + mark not in taken)


def copied(source: dict, name: str, mark: str) -> Document:
    """The same document under another name, with what two steps may not share told apart by the mark."""
    document = read(source)
    settings = {step.key: dict(step.type.copied(step.settings, mark)) for step in document.steps}
    steps = [step | {"settings": settings[step["key"]]} for step in source.get("steps", [])]
    return read(source | {"name": name, "steps": steps})


@transaction.atomic
def save(pk: int, edition: int | None, change: Change, actor: User | None, what: str, via: str = "dashboard") -> Canvas:
    """`edition` is the one that was read; None saves over whatever there is.

    Raises NotSaved kinds, DocumentRefused, or what the change raises; nothing is stored then.
    """
    canvas = locked_draft(pk)
    passed = edition is not None and canvas.edition != edition
    try:
        made = change(canvas.document)
    except ValueError:
        if not passed:
            raise
        raise Conflict(canvas, edition, change) from None
    if made == canvas.document:
        return canvas
    check_edition(canvas, edition, change)
    return put(canvas, made, actor, what, via)


def locked_draft(pk: int) -> Canvas:
    canvas = Canvas.objects.select_for_update(no_key=True).get(pk=pk)
    if not canvas.is_draft:
        raise NotADraft(f"The Canvas is {canvas.status}. {NotADraft.__doc__}")
    return canvas


def check_edition(canvas: Canvas, edition: int | None, change: Change | None = None) -> None:
    if edition is not None and canvas.edition != edition:
        raise Conflict(canvas, edition, change)


def put(canvas: Canvas, made: dict, actor: User | None, what: str, via: str, same_as: int | None = None) -> Canvas:
    """The next edition of a locked draft; `same_as` is the one that undo or redo brings back."""
    faults = worse(canvas.document, made)
    if faults:
        raise DocumentRefused(faults)
    return store(canvas, made, actor, what, via, same_as)


def worse(old: dict, new: dict) -> list[Fault]:
    """Faults of the new document that the old one hasn't, in whichever step: a step may move, and be copied."""
    library = WholeLibrary()
    faults = list(faults_of(new, library))
    before = {anywhere(fault) for fault in faults_of(old, library)} if faults else set()
    return [fault for fault in faults if anywhere(fault) not in before]


def anywhere(fault: Fault) -> tuple[str, str]:
    return re.sub(r"^steps\[\d+\]", "steps", fault.path), fault.message


def store(
    canvas: Canvas, document: dict, actor: User | None, what: str, via: str, same_as: int | None = None
) -> Canvas:
    """Inside the caller's transaction, which NameTaken must end."""
    old = canvas.document
    if canvas.live_version_id and document["name"] != canvas.name:
        raise NameKept
    canvas.document, canvas.name, canvas.edition = document, document["name"], canvas.edition + 1
    try:
        canvas.save(update_fields=["document", "name", "edition", "updated_at"] if canvas.pk else None)
    except IntegrityError:
        raise NameTaken from None
    revisions.keep(canvas, old, actor, what, via, same_as)
    action = "canvas.created" if canvas.edition == 1 else SAVED
    record(action, canvas.name, actor=actor, via=via, canvas=canvas.pk, edition=canvas.edition, what=what)
    return canvas
