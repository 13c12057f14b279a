"""The editor of Audience Paths: ranked groups, each with a name and a filter."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from audiences import filter_form, filters

from . import rows
from .forms import StepForm


class Groups(rows.Rows):
    parts = {"filter": rows.read_filter}


class AudiencePathsForm(StepForm):
    groups = forms.Field(label="Groups", widget=Groups)

    @property
    def may_add(self) -> bool:
        return rows.may_add(self["groups"].value() or [])

    @property
    def drawn(self) -> Iterator[dict[str, Any]]:
        """Each group with the editor of its filter."""
        library = self.draft.library
        for at, group in enumerate(self["groups"].value() or []):
            prefix, chosen = f"groups-{at}-filter", group.get("filter", {"all": []})
            faults = filters.check(chosen, prefix, library=library) if self.is_bound else ()
            drawn = filter_form.editor(chosen, prefix, faults, base=prefix, known=library.custom)
            yield {"name": group.get("name", ""), "was": group.get("was", group.get("name", "")), "editor": drawn}

    def settings(self) -> dict[str, Any]:
        groups = rows.settled(self.cleaned_data["groups"] or [])
        return {"groups": groups} if groups else {}

    def renamed(self) -> Mapping[str, str]:
        return rows.renamed(self.cleaned_data["groups"] or [])
