"""Keeping a draft: made, and saved over and over; `edition` counts the saves, so that no editor overwrites another's.

The document was parsed before; whether it may launch is `launch`'s.
"""

from django.db import IntegrityError, transaction

from config.team.models import User, record

from .document import Document
from .models import Canvas

CHANGED = ["name", "document", "edition", "updated_at"]


class NotSaved(Exception):
    """The draft was not saved."""


class NotADraft(NotSaved):
    """Only a draft can be changed."""


class NameTaken(NotSaved):
    """There is a Canvas of this name already."""


class EditionPassed(NotSaved):
    """Somebody saved this Canvas since it was read. Read it again."""


def create(document: Document, actor: User | None = None, via: str = "command line") -> Canvas:
    """Raises NameTaken."""
    canvas = Canvas(name=document.name, document=document.source, author=actor)
    return written(canvas, "canvas.created", actor, via)


@transaction.atomic
def save(
    canvas: Canvas, document: Document, edition: int | None, actor: User | None = None, via: str = "command line"
) -> Canvas:
    """`edition` is the one that was read; None saves over whatever there is. Raises NotSaved kinds."""
    row = Canvas.objects.select_for_update().get(pk=canvas.pk)
    if row.status != Canvas.Status.DRAFT:
        raise NotADraft(f"The Canvas is {row.status}. {NotADraft.__doc__}")
    if edition is not None and edition != row.edition:
        raise EditionPassed(EditionPassed.__doc__)
    row.name, row.document, row.edition = document.name, document.source, row.edition + 1
    return written(row, "canvas.changed", actor, via)


def written(canvas: Canvas, action: str, actor: User | None, via: str) -> Canvas:
    try:
        with transaction.atomic():
            canvas.save(update_fields=CHANGED if canvas.pk else None)
            record(action, canvas.name, actor=actor, via=via, edition=canvas.edition)
    except IntegrityError:
        raise NameTaken(NameTaken.__doc__) from None
    return canvas
