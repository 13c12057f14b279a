"""A request as it would be made about one person. Nothing is sent, and it is not signed."""

from django import forms

from audiences.models import Profile
from canvas.document import Draft, StepSpec
from canvas.models import Entry

from .. import somebody
from ..channels import Addressee, NotSent
from . import headers, request


class Asked(somebody.Asked):
    method = forms.ChoiceField(required=False, choices=[(name, name) for name in request.METHODS])
    url = forms.CharField(required=False)
    headers = forms.CharField(required=False, strip=False)
    body = forms.CharField(required=False, strip=False)


def answer(asked: dict, step: StepSpec, draft: Draft) -> dict:
    found = somebody.answer(asked, draft)
    person = found.get("person")
    if person is None:
        return found
    in_audience = draft.people is not None and draft.people.filter(pk=person.pk).exists()
    return found | of(asked, step, person, draft) | {"in_audience": in_audience}


def of(asked: dict, step: StepSpec, person: Profile, draft: Draft) -> dict:
    trips = Entry.objects.filter(canvas=draft.canvas, profile=person.pk).order_by("-trip")
    to = Addressee(person, trips.values_list("context", flat=True).first() or {})
    try:
        chosen = typed(asked) if asked.get("typed") else step.settings
        made = request.of(chosen, to, None)
    except (NotSent, ValueError) as fault:
        return {"fault": str(fault)}
    shown = {name: value.encode("latin-1").decode() for name, value in made.headers.items()}
    return {"request_made": made, "shown": shown, "body": made.body.decode()}


def typed(asked: dict) -> dict:
    return asked | {"method": asked["method"] or "POST", "headers": headers.read_lines(asked["headers"])}
