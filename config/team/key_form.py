"""The form of a new API key."""

from django import forms

from .models import ApiKey

MAY = {
    "users.track": "Report people, what they do and what they buy",
    "users.read": "Read what is known of a person",
    "users.delete": "Erase people",
    "segments": "Read, make and change segments",
    "canvases": "Read, make and change Canvases",
    "canvases.launch": "Launch, stop and resume Canvases",
    "canvases.trigger": "Let people into a Canvas",
    "analytics": "Read numbers, and what became of each person",
    "partners": "Connect Facebook, replace its token, disconnect it",
}
"""What each scope lets a program do, in words."""


class KeyForm(forms.Form):
    name = forms.CharField(
        max_length=ApiKey._meta.get_field("name").max_length,
        help_text="The program that will use it. Whatever it does stands under this name in the audit log.",
        error_messages={"required": "Give the key a name, such as that of the program."},
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope, f"{MAY[scope]} ({scope})") for scope in ApiKey.SCOPES],
        widget=forms.CheckboxSelectMultiple,
        help_text="Only what the program needs: whoever gets hold of the key can do the same.",
        error_messages={"required": "Choose what the program may do."},
    )
