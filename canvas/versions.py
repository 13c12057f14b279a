"""The draft of the next version of a Canvas that is live: begun, thrown away, or made equal to an earlier version.

Nobody who is in the Canvas notices any of it before the draft is published.
"""

from django.db import transaction

from config.team.models import User, record

from . import saving
from .models import Canvas, Revision


def locked(pk: int) -> Canvas:
    return Canvas.objects.select_for_update(no_key=True).get(pk=pk)


@transaction.atomic
def begin(pk: int, actor: User | None = None, via: str = "dashboard") -> Canvas:
    """From what is live; where there is a draft already, it is that one. Raises NotADraft where nothing is live."""
    canvas = locked(pk)
    if canvas.is_draft:
        return canvas
    if not canvas.is_live:
        raise saving.NotADraft(f"The Canvas is {canvas.status}. {saving.NotADraft.__doc__}")
    canvas.drafting = True
    canvas.save(update_fields=["drafting", "updated_at"])
    # What led to what is live can't be undone: the history of this draft begins here.
    Revision.objects.filter(canvas=canvas, edition=canvas.edition).update(before=None, same_as=None)
    record("canvas.draft_begun", canvas.name, actor=actor, via=via, canvas=pk, version=canvas.next_number)
    return canvas


@transaction.atomic
def discard(pk: int, edition: int, actor: User | None = None, via: str = "dashboard") -> Canvas:
    """Back to what is live. Raises NotSaved kinds."""
    canvas = locked(pk)
    if not canvas.drafting:
        raise saving.NotADraft("There is no draft to discard.")
    saving.check_edition(canvas, edition)
    canvas.drafting = False
    canvas.save(update_fields=["drafting"])
    number = canvas.next_number
    saving.store(canvas, canvas.live_version.document, actor, f"Discard the draft of version {number}", via)
    record("canvas.draft_discarded", canvas.name, actor=actor, via=via, canvas=pk, version=number)
    return canvas


@transaction.atomic
def restore(pk: int, number: int, edition: int, actor: User | None = None, via: str = "dashboard") -> Canvas:
    """Makes the draft, begun if there is none, equal to that version: what it names that is gone since stops the
    publishing, like in any draft. Raises NotSaved kinds, or Version.DoesNotExist."""
    canvas = begin(pk, actor, via)
    saving.check_edition(canvas, edition)
    document = canvas.versions.get(number=number).document
    if document == canvas.document:
        return canvas
    record("canvas.restored", canvas.name, actor=actor, via=via, canvas=pk, version=number)
    return saving.store(canvas, document, actor, f"Restore version {number}", via)


@transaction.atomic
def save(pk: int, edition: int | None, change: saving.Change, actor: User | None, what: str, via: str) -> Canvas:
    """Like `saving.save`, and of what is live and not edited yet it begins the draft, if that changes anything."""
    canvas = locked(pk)
    if canvas.is_live and not canvas.drafting and change(canvas.document) == canvas.document:
        return canvas
    if canvas.live_version_id:
        begin(pk, actor, via)
    return saving.save(pk, edition, change, actor, what, via)
