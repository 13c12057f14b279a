"""The one form of Technology Partners: a token goes in and never comes out again."""

from django import forms


class TokenForm(forms.Form):
    """Never rendered with a value: what was typed is not echoed, not even beside an error."""

    token = forms.CharField(
        strip=False,
        error_messages={"required": "No token was given. Paste it here."},
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "Paste it here"}
        ),
    )

    def __init__(self, *args, label: str, partner: str, connected: bool, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["token"]
        field.label = f"New {label.lower()}" if connected else label
        field.help_text = (
            f"Checked with {partner} first, then stored encrypted. It is never shown again, not even to you."
        )
