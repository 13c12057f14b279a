"""Choosing a person to rehearse with: found by a search, or another one of the target audience.

Raw personal data: only for those who may see them, by POST alone, and nothing of it is kept or written down.
"""

import secrets
from typing import Any

from django import forms
from django.db.models import Max, QuerySet

from audiences import people
from audiences.models import Profile
from canvas.document import Draft

MAY = ("canvas.view_canvas", "audiences.view_profile", "audiences.see_personal_data")
SHOWN = 8
LARGEST = 2**62


class Asked(forms.Form):
    """A search, a person (just `picked` from those found), or `another` one of the target audience. `typed`: what the
    form says is meant, which may not be saved yet; `retyped`: only that has changed."""

    q = forms.CharField(required=False, max_length=320)
    person = forms.IntegerField(required=False, min_value=1, max_value=LARGEST)
    another = forms.BooleanField(required=False)
    picked = forms.BooleanField(required=False)
    typed = forms.BooleanField(required=False)
    retyped = forms.BooleanField(required=False)


def answer(asked: dict[str, Any], draft: Draft) -> dict[str, Any]:
    """`person`, or the `people` who were found, or `nobody`."""
    if asked.get("another"):
        person = anybody(draft.people, asked.get("person")) if draft.people is not None else None
    elif asked.get("q") or not asked.get("person"):
        return found(asked.get("q", ""))
    else:
        person = Profile.objects.filter(pk=asked["person"]).first()
    return {"person": person} if person else {"nobody": True}


def found(term: str) -> dict[str, Any]:
    """As Profiles' search finds them, for people who may see all."""
    if not term:
        return {}
    rows = list(people.matching(term, unmasked=True).order_by("pk")[: SHOWN + 1])
    return {"term": term, "people": rows[:SHOWN], "more": len(rows) > SHOWN}


def anybody(people: QuerySet, but: int | None) -> Profile | None:
    """A person of the target audience, another than `but` if there is one: the next one from a random id on."""
    others = people.exclude(pk=but).order_by("pk")
    last = Profile.objects.aggregate(last=Max("pk"))["last"] or 0
    start = secrets.randbelow(last + 1)
    return others.filter(pk__gt=start).first() or others.first() or people.order_by("pk").first()
