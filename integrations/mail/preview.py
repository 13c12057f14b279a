"""A message as one person would get it. Nothing is sent, and no link in it works for anybody."""

from django import forms

from audiences.models import Profile
from canvas.document import Draft, StepSpec
from canvas.models import Entry

from .. import somebody
from ..channels import Addressee, NotSent, Unaddressed
from . import letter, suppression


class Asked(somebody.Asked):
    subject = forms.CharField(required=False)
    body = forms.CharField(required=False, strip=False)


def answer(asked: dict, step: StepSpec, draft: Draft) -> dict:
    found = somebody.answer(asked, draft)
    person = found.get("person")
    if person is None:
        return found
    chosen = asked if asked.get("typed") else step.settings
    return found | of(chosen, person, draft) | {"in_audience": in_audience(person, draft)}


def in_audience(person: Profile, draft: Draft) -> bool:
    return draft.people is not None and draft.people.filter(pk=person.pk).exists()


def of(chosen: dict, person: Profile, draft: Draft) -> dict:
    """The letter; where she would get none, why, and the letter all the same."""
    to = Addressee(person, last_context(person, draft))
    address, why = reached(to)
    try:
        return {"letter": letter.written(chosen, to, address), "why": why}
    except NotSent as fault:
        return {"fault": fault.detail, "why": why}


def reached(to: Addressee) -> tuple[str, str]:
    """The address, and why she would not be written to all the same."""
    try:
        address = letter.address_of(to)
    except Unaddressed as none:
        return "", none.cause
    return address, letter.UNSUBSCRIBED if suppression.of(to.profile).exists() else ""


def last_context(person: Profile, draft: Draft) -> dict:
    """What brought her into this Canvas last, if anything did."""
    trips = Entry.objects.filter(canvas=draft.canvas, profile=person.pk).order_by("-trip")
    return trips.values_list("context", flat=True).first() or {}
