"""Choosing people: a saved segment, or a filter of one's own. For the target audience and for a Decision Split."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms

from audiences import attributes, filter_form, filters
from audiences.filters import Fault
from audiences.models import Segment

PREFIX = "filter"


def segment_choices() -> list[tuple[str, str]]:
    names = Segment.objects.order_by("name").values_list("name", flat=True)
    return [("", "Choose one"), *((name, name) for name in names)]


class PeopleForm(forms.Form):
    """The editor of the filter is not a Django field: it stands beside, in `editor`."""

    KINDS = (("segment", "A saved segment"), ("filter", "A filter of its own"))
    kind = forms.ChoiceField(label="Who", choices=KINDS, widget=forms.RadioSelect, required=False)
    segment = forms.ChoiceField(label="Segment", required=False)

    def initial_people(self, people: Mapping[str, Any] | None) -> dict[str, Any]:
        people = people or {}
        return {"kind": "filter" if "filter" in people else "segment", "segment": people.get("segment", ""), **people}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        choices, gone = segment_choices(), self.initial.get("segment")
        deleted = [(gone, f"{gone} (deleted)")] if gone and gone not in dict(choices) else []
        self.fields["segment"].choices = [*choices, *deleted]

    @cached_property
    def filter(self) -> Any:
        """The filter as it stands in the editor now."""
        return filter_form.read(self.data, PREFIX) if self.is_bound else self.initial.get("filter", {"all": []})

    @property
    def is_own_filter(self) -> bool:
        return self["kind"].value() == "filter"

    @property
    def has_segments(self) -> bool:
        return len(list(self.fields["segment"].choices)) > 1

    @cached_property
    def faults(self) -> Sequence[Fault]:
        return filters.check(self.filter, PREFIX) if self.is_own_filter else ()

    @cached_property
    def known(self) -> dict[str, attributes.Attribute]:
        """The custom attributes, for all editors of the form."""
        return attributes.custom()

    @property
    def editor(self) -> filter_form.Editor:
        return filter_form.editor(self.filter, PREFIX, self.faults, known=self.known)

    def people(self) -> dict[str, Any] | None:
        """`{"segment": name}`, `{"filter": {...}}`, or nothing yet."""
        if self.cleaned_data.get("kind") == "filter":
            return {"filter": self.filter}
        name = self.cleaned_data.get("segment")
        return {"segment": name} if name else None
