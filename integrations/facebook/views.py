"""The rehearsal beside the Custom Audience form: what would be sent for one person."""

from django import forms

from canvas.document import Draft, StepSpec

from .. import somebody
from ..views import rehearsing
from . import fields, rehearsal


class Asked(somebody.Asked):
    fields = forms.MultipleChoiceField(required=False, choices=list(fields.LABELS.items()))


def answer(asked: dict, step: StepSpec, draft: Draft) -> dict:
    found = somebody.answer(asked, draft)
    person = found.get("person")
    chosen = asked.get("fields", []) if asked.get("typed") else step.settings.get("fields", [])
    return {"rehearsal": rehearsal.of(person, chosen, draft.people)} if person else found


rehearse = rehearsing.view("facebook_audience", Asked, answer, "steps/_rehearsed.html")
