"""The editor of a Webhook step."""

from collections.abc import Mapping
from typing import Any

from django import forms

from canvas.steps.forms import StepForm

from .. import filling
from . import headers
from .request import METHODS


class WebhookForm(StepForm):
    method = forms.ChoiceField(label="Method", choices=[(name, name) for name in METHODS])
    url = forms.CharField(
        label="Address", max_length=2_000, widget=forms.TextInput({"placeholder": "https://", "inputmode": "url"})
    )
    headers = forms.CharField(label="Headers", widget=forms.Textarea({"rows": 3}), help_text="One a line, Name: value.")
    body = forms.CharField(label="Body", max_length=50_000, strip=False, widget=forms.Textarea({"rows": 10}))

    def initial_from(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        return {"method": "POST"} | settings | {"headers": headers.written(settings.get("headers", {}))}

    def clean_headers(self) -> dict[str, str]:
        try:
            return headers.read_lines(self.cleaned_data["headers"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def settings(self) -> dict[str, Any]:
        found = {name: value for name, value in super().settings().items() if value}
        return found | ({"body": found["body"].replace("\r\n", "\n")} if "body" in found else {})

    @property
    def names(self) -> list[str]:
        """What can be filled in."""
        return filling.known_names(self.draft.library.custom)
