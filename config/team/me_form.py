"""What everybody decides for herself: her name, and the time zone that dates are shown in."""

from zoneinfo import available_timezones

from django import forms

from .models import User


def zones() -> list[tuple[str, str]]:
    """Places by name; the abbreviations and links of the database are left out."""
    return [(name, name.replace("_", " ")) for name in ("UTC", *sorted(filter(is_place, available_timezones())))]


def is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))


class MeForm(forms.ModelForm):
    time_zone = forms.ChoiceField(choices=zones, help_text="Dates and times are shown in it.")

    class Meta:
        model = User
        fields = ("name", "time_zone")
        help_texts = {"name": "The others see it beside what you do."}
