"""The forms of an import: the file, the answers to what its check has to ask, and the yes."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from .attributes import ALIASES, WORDS
from .csv_columns import ORDERS, SLASHED, slashed
from .models import Import

MOST_BYTES = 100_000_000
TOO_LARGE = "The file is larger than 100 MB. Cut it into several, or use `manage.py import_profiles` on the server."
EMPTY = "The file is empty. Its first line names the columns, such as external_id,email,phone."
MISSING = "Choose a CSV file first."
NOT_MEANT = "Tick this if they are meant. If one is a slip, correct the file's first line and upload it again."
FIRST = {"mdy": "The month stands first", "dmy": "The day stands first"}


class UploadForm(forms.Form):
    file = forms.FileField(
        label="CSV file",
        help_text="Parted by commas, semicolons or tabs. The first line names the columns; external_id is needed.",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv,text/plain"}),
        max_length=255,
        error_messages={"required": MISSING, "missing": MISSING, "empty": EMPTY},
    )

    def clean_file(self) -> UploadedFile:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


class AnswersForm(forms.Form):
    """A question for each column whose name may be a slip, which one is external_id, or the order of dates."""

    def __init__(self, record: Import, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.record, self.slips = record, record.findings.get("slips", [])
        for slip in self.slips:
            self.fields[f"column_{slip['at']}"] = self.question(slip)
        if columns := record.findings.get("candidates"):
            label = "No column is called external_id, which every row needs. Which one is it?"
            self.fields["external_id"] = chosen(label, [(name, name) for name in columns])
        if doubt := record.findings.get("doubt"):
            label = f"Date of birth: {doubt}"
            self.fields["dates"] = chosen(label, [(order, order_words(order, doubt)) for order in ORDERS])

    def question(self, slip: dict) -> forms.ChoiceField:
        choices = [("new", f"A new attribute called {slip['name']}"), ("out", "Nothing: leave the column out")]
        if slip["meant"] not in self.record.findings["header"]:
            choices.insert(0, ("meant", f"It is {ALIASES.get(slip['meant'], slip['meant'])}"))
        return chosen(f'Column {slip["at"]}, "{slip["name"]}", is not known. What is it?', choices)

    def clean(self) -> None:
        meant = [slip["meant"] for slip in self.slips if self.answer(slip) == "meant"]
        named = [*meant, *self.record.findings.get("header", ["external_id"])]
        for slip in self.slips:
            if self.answer(slip) == "meant" and meant.count(slip["meant"]) > 1:
                self.add_error(f"column_{slip['at']}", f"Only one column can be {slip['meant']}.")
            if slip["meant"] == "external_id" and self.answer(slip) and "external_id" not in named:
                self.add_error(f"column_{slip['at']}", "Every row needs external_id: one column must be it.")

    def answer(self, slip: dict) -> str:
        return self.cleaned_data.get(f"column_{slip['at']}", "")

    def options(self) -> dict[str, Any]:
        """What was answered before, and now."""
        before = {"new": [], "renamed": {}, "dates": ""} | self.record.options
        new = [slip["name"] for slip in self.slips if self.answer(slip) == "new"]
        return before | {
            "new": before["new"] + new,
            "renamed": before["renamed"] | dict(self.renamed()),
            "dates": self.cleaned_data.get("dates") or before["dates"],
        }

    def renamed(self) -> Iterator[tuple[str, str]]:
        for slip in self.slips:
            if (answer := self.answer(slip)) in ("meant", "out"):
                yield slip["name"], slip["meant"] if answer == "meant" else ""
        if "external_id" in self.fields:
            yield self.cleaned_data["external_id"], "external_id"


def chosen(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    missing = {"required": "Choose one of these."}
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, error_messages=missing)


def order_words(order: str, doubt: str) -> str:
    """ "The month stands first: 3/4/1990 is 4 March 1990", with the date that is in doubt."""
    example = SLASHED.search(doubt)
    day = slashed(example, ORDERS[order]) if example else None
    return f"{FIRST[order]}: {example[0]} is {spelled(day)}" if day else FIRST[order]


def spelled(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


class ConfirmForm(forms.Form):
    """New attributes are named, and made only when somebody says that they are meant."""

    def __init__(self, record: Import, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if new := record.findings.get("new"):
            names = ", ".join(f"{name} ({WORDS[kind]})" for name, kind in new.items())
            label = f"Make {len(new)} new attribute{'s' * (len(new) > 1)}: {names}"
            self.fields["new"] = forms.BooleanField(label=label, error_messages={"required": NOT_MEANT})
