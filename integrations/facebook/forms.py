"""The editor of a Facebook Audience Step: the Custom Audience dialog."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.template.defaultfilters import floatformat

from canvas.steps.forms import StepForm

from ..models import AdAccount
from . import checks, counted, coverage
from .fields import FIELDS, LABELS, USELESS
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
    """One row of the fields to match; `found` is None while nobody can be counted."""

    name: str
    chosen: bool
    found: coverage.Coverage | None

    @property
    def label(self) -> str:
        return LABELS[self.name]

    @property
    def hashed(self) -> bool:
        return not UNHASHED.issuperset(FIELDS[self.name][0])

    @property
    def people(self) -> int | None:
        return self.found.having(self.name) if self.found and self.found.people else None

    @property
    def share(self) -> float:
        return 100 * self.people / self.found.people

    @property
    def share_words(self) -> str:
        """An estimate has no more figures than it deserves."""
        if self.found.is_about and not self.people:
            return "< 0.1 %"
        return f"{self.share:.0f} %" if self.found.is_about and self.share >= 10 else f"{floatformat(self.share, -1)} %"

    @property
    def unusable(self) -> int:
        return self.found.unusable(self.name) if self.found else 0

    @property
    def why(self) -> str:
        return USELESS[self.name]


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
            if (account.audiences or 0) >= checks.MOST_AUDIENCES:
                why.append(f"full: {account.audiences} audiences")
            if why:
                self.fields["ad_account"].widget.closed.add(account_id)
            yield account_id, f"{account} · {account_id}" + (f" ({', '.join(why)})" if why else "")
        if (chosen := self["ad_account"].value()) and chosen not in rows:
            why = "no access" if self.is_connected else "not connected"
            yield chosen, f"{self.name_of(chosen)} ({why})"

    def name_of(self, chosen: str) -> str:
        """As it was told when Facebook was connected; the id alone where it never was."""
        known = AdAccount.objects.filter(account_id=chosen).first()
        return f"{known} · {chosen}" if known else chosen

    @property
    def chosen(self) -> list[str]:
        return [name for name in self["fields"].value() or [] if name in LABELS]

    @property
    def is_connected(self) -> bool:
        return checks.connection_of(self.draft) is not None

    @property
    def has_accounts(self) -> bool:
        return bool(checks.accounts(self.draft))

    @property
    def standing(self) -> Standing | None:
        account_id = self["ad_account"].value()
        if not account_id or checks.connection_of(self.draft) is None:
            return None
        account = checks.accounts(self.draft).get(account_id)
        return Standing(account, list(checks.account_troubles(account_id, account)))

    @cached_property
    def counted(self) -> tuple[coverage.Coverage, datetime] | None:
        """What the page brought along of this target audience, or a new count; None while there is no audience."""
        if self.draft.people is None:
            return None
        brought = counted.read(self.data.get("counted", ""), self.draft.document.audience, self.draft.now)
        return brought or (coverage.of(self.draft.people), self.draft.now)

    @property
    def coverage(self) -> coverage.Coverage | None:
        return self.counted[0] if self.counted else None

    @property
    def carried(self) -> str:
        """For the page to bring along."""
        return counted.written(self.counted[0], self.draft.document.audience, self.counted[1]) if self.counted else ""

    @property
    def audience_words(self) -> str:
        return (self.draft.document.audience or {}).get("segment") or "the target audience"

    @property
    def matches(self) -> Iterator[Match]:
        for name in LABELS:
            yield Match(name, name in self.chosen, self.coverage)

    @property
    def reached(self) -> int:
        return self.coverage.having(*self.chosen)

    @property
    def missing(self) -> int:
        return self.coverage.people - self.reached

    @property
    def bar(self) -> Mapping[str, int]:
        """The sum as it would be if all of them were accepted."""
        return {"synced": self.reached, "missing_fields": self.missing}
