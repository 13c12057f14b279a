"""Which column becomes what: a choice for each column of a file that was checked, to be changed before anything is
written. A change has the whole file checked anew."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms import BoundField

from .attributes import ALIASES, BUILT_IN
from .models import CustomAttribute, Import

NEW, OUT = "new:", "out:"
"""No attribute that a choice stands beside can be called so: its choice begins with an equals sign."""
Choices = list[tuple[str, Any]]


class MappingForm(forms.Form):
    """A field for each column, `column_1` and so on."""

    def __init__(self, record: Import, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.columns = record, record.findings["columns"]
        custom = sorted(CustomAttribute.objects.values_list("name", flat=True))
        known = [("Attributes", [(f"={name}", name) for name in BUILT_IN]),
                 ("Custom attributes", [(f"={name}", name) for name in custom])]  # fmt: skip
        for at, column in enumerate(self.columns, 1):
            label = f"{column['header'] or f'Column {at}'} becomes"
            choices = [*own(column["header"], custom), *known]
            field = forms.ChoiceField(label=label, choices=choices, initial=now(column), widget=select(label))
            self.fields[f"column_{at}"] = field

    def rows(self) -> Iterator[tuple[dict, BoundField]]:
        return zip(self.columns, self, strict=True)

    def chosen(self) -> list[str]:
        return [self.cleaned_data.get(f"column_{at}", "") for at in range(1, len(self.columns) + 1)]

    def clean(self) -> None:
        chosen = self.chosen()
        for at, one in enumerate(chosen, 1):
            if one.startswith("=") and one in chosen[: at - 1]:
                self.add_error(f"column_{at}", f"Only one column can be {one[1:]}.")
        if not self.errors and "=external_id" not in chosen:
            self.add_error(None, "Every row needs external_id: one column must become it.")

    def options(self) -> dict[str, Any]:
        """What was answered before, and now."""
        pairs = list(zip((column["header"] for column in self.columns), self.chosen(), strict=True))
        renamed = {header: "" if one == OUT else one[1:] for header, one in pairs if one != NEW}
        return self.record.options | {"new": [header for header, one in pairs if one == NEW], "renamed": renamed}


def own(header: str, custom: list[str]) -> Choices:
    """Nothing, or what nobody has had yet."""
    taken = not header or header in BUILT_IN or header in ALIASES or header in custom
    return [(OUT, "nothing: leave it out")] + ([] if taken else [(NEW, f"a new attribute called {header}")])


def now(column: dict[str, str]) -> str:
    """What the check took it for."""
    return {"left out": OUT, "new": NEW, "empty": NEW}.get(column["kind"], f"={column['name']}")


def select(label: str) -> forms.Select:
    return forms.Select(attrs={"class": "select", "aria-label": label})
