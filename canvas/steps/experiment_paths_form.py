"""The editor of Experiment Paths: paths with their shares, and the control group's."""

from collections.abc import Mapping
from typing import Any

from django import forms

from . import rows
from .forms import StepForm


class Paths(rows.Rows):
    parts = {"share": rows.read_number}


class ExperimentPathsForm(StepForm):
    paths = forms.Field(label="Paths", widget=Paths)
    control = forms.DecimalField(
        label="Control group, in %", min_value=0, max_value=100, decimal_places=2,
        help_text="These people take none of the paths, so that you can compare.",
    )  # fmt: skip

    @property
    def drawn(self) -> list[dict[str, Any]]:
        return [{"was": row.get("name", ""), **row} for row in self["paths"].value() or []]

    @property
    def may_add(self) -> bool:
        return rows.may_add(self.drawn)

    @property
    def total(self) -> float:
        """What the shares make together, in percent; what is no number counts as nothing."""
        numbers = [row.get("share", 0) for row in self.drawn] + [self.number(self["control"].value())]
        return sum(number for number in numbers if isinstance(number, int | float))

    @staticmethod
    def number(value: Any) -> float:
        return rows.as_number(str(value or 0))

    def settings(self) -> dict[str, Any]:
        paths, control = rows.settled(self.cleaned_data["paths"] or []), self.cleaned_data.get("control")
        return ({"paths": paths} if paths else {}) | ({"control": self.number(control)} if control else {})

    def renamed(self) -> Mapping[str, str]:
        return rows.renamed(self.cleaned_data["paths"] or [])
