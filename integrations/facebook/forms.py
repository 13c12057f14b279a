"""The editor of a Facebook Audience Step: the Custom Audience dialog."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms

from canvas.steps.forms import StepForm

from ..models import AdAccount
from . import checks, coverage
from .fields import FIELDS, LABELS
from .match_fields import UNHASHED

SHORT = {
    "facebook.E005": "no access", "facebook.E006": "not active", "facebook.E007": "no task to create audiences",
    "facebook.E011": "terms not accepted",
}  # fmt: skip


class AccountSelect(forms.Select):
    """Accounts that can't be used can't be chosen, and their option says why; what is chosen already stays."""

    def __init__(self) -> None:
        super().__init__()
        self.closed: set[str] = set()

    def create_option(self, name: str, value: Any, label: Any, selected: bool, *args, **kwargs) -> dict:
        option = super().create_option(name, value, label, selected, *args, **kwargs)
        if str(value) in self.closed and not selected:
            option["attrs"]["disabled"] = True
        return option


@dataclass(frozen=True)
class Match:
    """One row of the fields to match."""

    name: str
    label: str
    hashed: bool
    chosen: bool
    people: int | None
    share: float | None


@dataclass(frozen=True)
class Standing:
    """What is good, and what is not, about the chosen account."""

    account: AdAccount | None
    troubles: list[tuple[str, str, str]]
    most: int = checks.MOST_AUDIENCES

    @property
    def marks(self) -> list[tuple[str, bool]]:
        found = {identity for identity, _, _ in self.troubles}
        words = {
            "facebook.E006": ("Active", "Not active"),
            "facebook.E011": ("Terms accepted", "Terms not accepted"),
            "facebook.E007": ("May create", "May not create"),
        }
        return [(bad if identity in found else good, identity not in found) for identity, (good, bad) in words.items()]

    @property
    def full(self) -> float:
        return min(100.0, 100 * (self.account.audiences or 0) / self.most) if self.account else 0.0


class FacebookAudienceForm(StepForm):
    ad_account = forms.CharField(label="Ad account", max_length=255, widget=AccountSelect)
    audience_name = forms.CharField(
        label="Name of the new custom audience",
        max_length=255,
        help_text="As it will read in Audience Manager. It is created when you launch, once.",
    )
    fields = forms.MultipleChoiceField(label="Fields to match", choices=list(LABELS.items()))

    def __init__(self, step, draft, data=None) -> None:
        super().__init__(step, draft, data)
        widget = self.fields["ad_account"].widget
        widget.closed = set()  # Forms share what their widgets hold.
        widget.choices = [("", "Choose one"), *self.accounts()]

    def accounts(self) -> Iterator[tuple[str, str]]:
        rows = checks.accounts(self.draft)
        for account_id, account in sorted(rows.items(), key=lambda row: str(row[1]).casefold()):
            why = [
                SHORT.get(identity, message) for identity, message, _ in checks.account_troubles(account_id, account)
            ]
            if why:
                self.fields["ad_account"].widget.closed.add(account_id)
            yield account_id, f"{account} · {account_id}" + (f" ({', '.join(why)})" if why else "")
        if (chosen := self["ad_account"].value()) and chosen not in rows:
            yield chosen, f"{chosen} (no access)"

    @property
    def chosen(self) -> list[str]:
        return [name for name in self["fields"].value() or [] if name in LABELS]

    @property
    def standing(self) -> Standing | None:
        account_id = self["ad_account"].value()
        if not account_id or checks.connection_of(self.draft) is None:
            return None
        account = checks.accounts(self.draft).get(account_id)
        return Standing(account, list(checks.account_troubles(account_id, account)))

    @cached_property
    def coverage(self) -> coverage.Coverage | None:
        """None while there is no usable target audience."""
        return coverage.of(self.draft.people, self.chosen) if self.draft.people is not None else None

    @property
    def matches(self) -> Iterator[Match]:
        found = self.coverage
        for name, label in LABELS.items():
            people = found.having[name] if found else None
            share = round(100 * people / found.people, 1) if found and found.people else None
            hashed = not UNHASHED.issuperset(FIELDS[name][0])
            yield Match(name, label, hashed, name in self.chosen, people, share)

    @property
    def bar(self) -> Mapping[str, int]:
        """The sum as it would be if all of them were accepted."""
        return {"synced": self.coverage.reached, "missing_fields": self.coverage.missing}
