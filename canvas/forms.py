"""The forms of Basics and Audience: parts of the document and back. Entry has a file of its own."""

from django import forms

from .choosing import PeopleForm
from .outcome_forms import ConversionsForm, ExitForm


class NameForm(forms.Form):
    name = forms.CharField(label="Name", max_length=100, help_text="Only your team sees it.")


class BasicsForm(NameForm, ConversionsForm):
    """What the Canvas is called, and what counts as its success."""


class AudienceForm(PeopleForm, ExitForm):
    """Who may enter, and who leaves before the end."""
