"""Saving a draft: one change, under the row's lock, and only on the edition that the editor saw.

Somebody else's save in between is a Conflict and nothing is changed; the same change twice is none. What a change makes
worse than it was is refused; what was wrong before stays a launch Problem.
"""

from collections.abc import Callable

from django.db import IntegrityError, transaction

from audiences.filters import Fault
from config.team.models import AuditEvent, User, record

from .document import DocumentRefused
from .document_faults import faults_of
from .models import Canvas

Change = Callable[[dict], dict]


class Conflict(Exception):
    """Somebody else has saved meanwhile."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        super().__init__(f"{self.who} saved this Canvas meanwhile.")

    @property
    def last_save(self) -> AuditEvent | None:
        saves = AuditEvent.objects.filter(action=SAVED, details__canvas=self.canvas.pk).select_related("actor")
        return saves.first()

    @property
    def who(self) -> str:
        save = self.last_save
        return str(save.actor or save.via) if save else "Somebody"


class NotADraft(Exception):
    """Only a draft can be changed."""


SAVED = "canvas.saved"


@transaction.atomic
def save(pk: int, edition: int, change: Change, actor: User, what: str) -> Canvas:
    """Raises Conflict, NotADraft, DocumentRefused, or what the change raises; nothing is stored then."""
    canvas = Canvas.objects.select_for_update().get(pk=pk)
    if canvas.status != Canvas.Status.DRAFT:
        raise NotADraft
    made = change(canvas.document)
    if made == canvas.document:
        return canvas
    if canvas.edition != edition:
        raise Conflict(canvas)
    faults = worse(canvas.document, made)
    if faults:
        raise DocumentRefused(faults)
    return store(canvas, made, actor, what)


def worse(old: dict, new: dict) -> list[Fault]:
    """Faults of the new document that the old one hasn't."""
    faults = list(faults_of(new))
    before = set(faults_of(old)) if faults else set()
    return [fault for fault in faults if fault not in before]


def store(canvas: Canvas, document: dict, actor: User, what: str) -> Canvas:
    canvas.document, canvas.name, canvas.edition = document, document["name"], canvas.edition + 1
    try:
        with transaction.atomic():
            canvas.save(update_fields=["document", "name", "edition", "updated_at"])
    except IntegrityError:
        raise DocumentRefused([Fault("name", NAME_TAKEN)]) from None
    record(SAVED, canvas.name, actor=actor, via="dashboard", canvas=canvas.pk, edition=canvas.edition, what=what)
    return canvas


NAME_TAKEN = "Another Canvas has this name. Choose one that tells them apart."
