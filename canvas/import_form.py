"""The form of an import: a Canvas document as a file."""

import json

from django import forms
from django.core.files.uploadedfile import UploadedFile

from .document import Document, DocumentRefused, parse

MOST_BYTES = 2_000_000


class ImportForm(forms.Form):
    """A Canvas document as a file: what Export writes. `cleaned_data["file"]` is the parsed Document."""

    file = forms.FileField(label="Canvas document (JSON)")

    def clean_file(self) -> Document:
        return parsed(self.cleaned_data["file"])


def parsed(file: UploadedFile) -> Document:
    if file.size > MOST_BYTES:
        raise forms.ValidationError("The file is too large for a Canvas document; 2 MB at most.")
    try:
        return parse(json.loads(file.read().decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise forms.ValidationError("The file is not UTF-8 text.") from None
    except DocumentRefused as refusal:
        raise forms.ValidationError([f"{fault.path}: {fault.message}" for fault in refusal.faults]) from None
    except (ValueError, RecursionError):  # A number of thousands of digits is a ValueError, too.
        raise forms.ValidationError("The file is not JSON. Choose one that Export wrote.") from None
