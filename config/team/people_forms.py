"""The forms of people: a role, an invitation, and what somebody who was invited fills in."""

from django import forms
from django.contrib.auth.forms import SetPasswordForm

from .models import User
from .roles import ROLES

MAY = {
    "Viewer": "sees Canvases, numbers and people, their personal data masked",
    "Marketer": "also builds, launches, imports, and sees personal data",
    "Admin": "also looks after tokens, keys, people and the audit log",
}


def choices() -> list[tuple[str, str]]:
    return [(role, f"{role}: {MAY[role]}") for role in ROLES]


class RoleForm(forms.Form):
    role = forms.ChoiceField(widget=forms.RadioSelect, choices=choices, error_messages={"required": "Choose a role."})


class InviteForm(RoleForm):
    email = forms.EmailField(
        label="E-mail", max_length=254, error_messages={"required": "Give the address of whom you invite."}
    )
    field_order = ["email", "role"]

    def clean_email(self) -> str:
        email = self.cleaned_data["email"].lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(f"{email} has an account. Its role is changed on People.")
        return email


class AcceptForm(SetPasswordForm):
    """A name and a password. The password is checked against the address, too."""

    name = forms.CharField(
        max_length=150, label="Your name", help_text="The others see it beside what you do.",
        error_messages={"required": "Give the name that the others see."},
    )  # fmt: skip
    field_order = ["name", "new_password1", "new_password2"]
