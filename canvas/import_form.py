"""The form of an import: a Canvas document as a file, or pasted."""

import json
from collections.abc import Sequence

from django import forms
from django.core.files.uploadedfile import UploadedFile

from audiences.filters import Fault

from .document import Document, DocumentRefused, parse

MOST_BYTES = 2_000_000
TOO_LARGE = "This is too large for a Canvas document; 2 MB at most."
NO_JSON = "This is not JSON{}. Take what Export wrote."


class ImportForm(forms.Form):
    """What Export writes. `document` is what was read; `faults` are its wrong places, in the field `source`."""

    file = forms.FileField(required=False, widget=forms.FileInput(attrs={"accept": ".json,application/json"}))
    text = forms.CharField(
        label="Or paste its text",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    document: Document | None = None
    faults: Sequence[Fault] = ()
    source = "file"

    def clean(self) -> dict:
        file, pasted = self.cleaned_data.get("file"), self.cleaned_data.get("text", "")
        self.source = "text" if pasted.strip() else "file"
        if self.errors:
            return self.cleaned_data
        if bool(file) == bool(pasted.strip()):
            said = "Take either the file or the text." if file else "Choose a file, or paste its text."
            self.add_error(self.source, said)
        else:
            self.read(file, pasted)
        return self.cleaned_data

    def read(self, file: UploadedFile | None, pasted: str) -> None:
        try:
            self.document = parse(json_of(contents(file) if file else pasted))
        except DocumentRefused as refusal:
            self.faults = refusal.faults
            places = "one place is" if len(self.faults) == 1 else f"{len(self.faults)} places are"
            self.add_error(self.source, f"Nothing was imported: {places} wrong.")
        except forms.ValidationError as error:
            self.add_error(self.source, error)


def contents(file: UploadedFile) -> str:
    if file.size > MOST_BYTES:
        raise forms.ValidationError(TOO_LARGE)
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError("The file is not UTF-8 text.") from None


def json_of(text: str) -> object:
    if len(text) > MOST_BYTES:
        raise forms.ValidationError(TOO_LARGE)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f": see line {error.lineno}, column {error.colno}"
        raise forms.ValidationError(NO_JSON.format(place)) from None
    except (ValueError, RecursionError):  # A number of thousands of digits is a ValueError, too.
        raise forms.ValidationError(NO_JSON.format("")) from None
