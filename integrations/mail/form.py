"""The editor of a Message step."""

from typing import Any

from django import forms

from canvas.steps.forms import StepForm

from .. import filling
from . import letter


class MessageForm(StepForm):
    subject = forms.CharField(label="Subject", max_length=200)
    body = forms.CharField(label="Text", max_length=50_000, strip=False, widget=forms.Textarea({"rows": 14}))

    def settings(self) -> dict[str, Any]:
        """Lines end alike, whatever the browser sent."""
        found = super().settings()
        return {"channel": "email"} | {name: text.replace("\r\n", "\n") for name, text in found.items()}

    @property
    def names(self) -> list[str]:
        """What can be filled in."""
        return [*filling.known_names(self.draft.library.custom), letter.LINK]
