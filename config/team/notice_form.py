"""What one person wants to be told of: for each kind, how much by e-mail and how much in the dashboard."""

from django import forms

from .models import NoticeChoice, User
from .notices import KINDS, readers_of


class ChoiceForm(forms.Form):
    """A pair of fields a kind, filled with what holds for the person now."""

    def __init__(self, user: User, data=None) -> None:
        super().__init__(data, initial=dict(standing(user)))
        self.user = user
        for key in KINDS:
            for way, words in (("mail", "By e-mail"), ("shown", "Here")):
                self.fields[f"{key}-{way}"] = forms.ChoiceField(choices=NoticeChoice.Reach.choices, label=words)

    def rows(self) -> list[tuple]:
        return [(kind, self[f"{key}-mail"], self[f"{key}-shown"]) for key, kind in KINDS.items()]

    def save(self) -> None:
        for key in KINDS:
            chosen = {way: self.cleaned_data[f"{key}-{way}"] for way in ("mail", "shown")}
            NoticeChoice.objects.update_or_create(user=self.user, kind=key, defaults=chosen)


def standing(user: User):
    for key, rows in readers_of(*KINDS).items():
        for one in rows:
            if one.user == user:
                yield from ((f"{key}-mail", one.mail), (f"{key}-shown", one.shown))
