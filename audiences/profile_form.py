"""What is known of a person as a form: one field an attribute, as text, read as strictly as what comes over the API.

Beside each field stands what it showed (`was-`): so only what somebody changed is written, and where that was changed
by others meanwhile, it is told beside the field before anything is overwritten.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from . import facts, filter_values, incoming
from .attributes import BUILT_IN, Attribute
from .filter_words import TRUTHS, attribute_word
from .models import CustomAttribute, Profile

LOCAL = "%Y-%m-%dT%H:%M:%S"
INPUTS = {
    "date": {"type": "date"}, "time": {"type": "datetime-local", "step": 1}, "number": {"inputmode": "decimal"},
}  # fmt: skip
MEANWHILE = "This was changed meanwhile, to “{}”. Save again to put yours in its place."


class ProfileForm(forms.Form):
    """`profile` is the person as she is now; the form is bound to what was sent, if anything was."""

    use_required_attribute = False

    def __init__(self, data: Any, profile: Profile) -> None:
        customs = CustomAttribute.objects.order_by("name").values_list("pk", "name", "type")
        self.attributes = {name: one for name, one in BUILT_IN.items() if name != "external_id"}
        self.attributes |= {f"custom_{pk}": Attribute(name, type) for pk, name, type in customs}
        self.now = {key: written(stored(profile, one), one.type) for key, one in self.attributes.items()}
        self.contested: set[str] = set()
        super().__init__(data, initial=self.now)
        for key, one in self.attributes.items():
            self.fields[key] = field_of(one)

    def was(self, key: str) -> str:
        """What the field showed; once it was told that it is something else now, that."""
        return self.data.get(f"was-{key}", self.now[key]) if key not in self.contested else self.now[key]

    def is_changed(self, key: str) -> bool:
        return one_line(self.data[key]) != one_line(self.was(key))

    def clean(self) -> dict[str, Any]:
        """What was changed, by attribute, as it would come over the API; None clears."""
        said = {}
        for key in (key for key in self.attributes if key in self.data and self.is_changed(key)):
            if one_line(self.now[key]) not in (one_line(self.was(key)), one_line(self.data[key])):
                self.contested.add(key)
                self.add_error(key, MEANWHILE.format(self.now[key] or "nothing"))
                continue
            try:
                said[self.attributes[key].name] = read(self.attributes[key], self.data[key])
            except ValueError as error:
                self.add_error(key, str(error))
        return said

    @property
    def groups(self) -> Iterator[tuple[str, list[tuple]]]:
        """Titles, and under each its fields with what they are to be compared with next time."""
        custom = [key for key in self.attributes if key not in BUILT_IN]
        for title, names in (*facts.GROUPS, ("Custom attributes", custom)):
            yield title, [(self[key], self.was(key)) for key in names]


def stored(profile: Profile, attribute: Attribute) -> Any:
    return getattr(profile, attribute.name) if attribute.built_in else profile.attributes.get(attribute.name)


def written(value: Any, type: str) -> str:
    """As its field shows it; "" where nothing is known, and where the field could not show it."""
    if value is None or isinstance(value, dict | list) or (type == "boolean" and not isinstance(value, bool)):
        return ""
    if type == "time":
        return local(str(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def local(moment: str) -> str:
    """On the clock of whoever looks at it."""
    try:
        return timezone.localtime(datetime.fromisoformat(moment)).strftime(LOCAL)
    except ValueError:
        return ""


def one_line(text: str) -> str:
    return re.sub(r"[\r\n]+", "", text)


def field_of(one: Attribute) -> forms.Field:
    return forms.CharField(label=attribute_word(one.name), required=False, strip=False, widget=widget_of(one))


def widget_of(one: Attribute) -> forms.Widget:
    if one.type == "boolean":
        return forms.Select(choices=[("", "Not known"), *TRUTHS.items()])
    kinds = {
        "date": {"type": "date"},
        "time": {"type": "datetime-local", "step": 1},
        "number": {"inputmode": "decimal"},
    }
    return forms.TextInput({"autocomplete": "off"} | kinds.get(one.type, {}))


def read(one: Attribute, raw: str) -> Any:
    """The value that is written there; None where nothing is. Raises ValueError with what to write instead."""
    text = filter_values.one_line(raw)
    if not text:
        return None
    if one.built_in:
        return incoming.built_in(one.name)(text) and text
    return incoming.READERS[one.type](MEANT[one.type](text))


def aware(raw: str) -> str:
    """A time without an offset is on the clock of whoever wrote it."""
    found = parse_datetime(raw)
    return timezone.make_aware(found).isoformat() if found and timezone.is_naive(found) else raw


MEANT: dict[str, Callable[[str], Any]] = {
    "text": str, "number": filter_values.number, "boolean": filter_values.TRUTHS.get, "time": aware,
}  # fmt: skip
