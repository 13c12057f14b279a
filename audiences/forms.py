"""The forms of the audience pages. A segment's filter has a form of its own (`filter_form`)."""

from django import forms

from . import segment_edits
from .models import Segment


class SegmentForm(forms.ModelForm):
    class Meta:
        model = Segment
        fields = ["name"]
        error_messages = {
            "name": {
                "required": "Give the segment a name.",
                "unique": "There is a segment of this name already. Choose another one.",
            }
        }

    def clean_name(self) -> str:
        name, before = self.cleaned_data["name"], self.initial.get("name", "")
        if before not in ("", name):
            try:
                segment_edits.check_unused(before)
            except segment_edits.NameRefused as error:
                raise forms.ValidationError(str(error)) from None
        return name
