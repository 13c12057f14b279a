"""The Facebook Audience Step: its editor, what stops its launch, and its words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet

from canvas.document import Draft, StepSpec
from canvas.problems import Problem
from canvas.steps.base import Fact, Setting

from .. import checking
from ..audience_step import AudienceStep, account_id
from ..errors import PartnerError
from ..models import Connection
from . import checks, coverage
from .fields import LABELS, read_fields
from .forms import FacebookAudienceForm


class FacebookAudienceStep(AudienceStep):
    type = "facebook_audience"
    partner = "facebook"
    label = "Facebook Audience Step"
    does = "Passes people to a custom audience at Facebook; they go on at once."
    edit_label = "Custom Audience"
    height = 176
    form_class = FacebookAudienceForm
    template = "steps/facebook_audience.html"
    beside = "steps/facebook_rehearsal.html"
    example = {"ad_account": "act_1001", "audience_name": "Win back", "fields": ["email", "phone"]}
    settings = AudienceStep.settings | {
        "fields": Setting(
            "Fields to match", read_fields, words=lambda names, say: ", ".join(LABELS[name] for name in names) or "none"
        ),
    }

    def fill_in(self, settings: Mapping, draft: Draft) -> Mapping:
        usable = checks.usable_accounts(draft)
        return {"ad_account": usable[0], **settings} if len(usable) == 1 else settings

    def facts(self, step: StepSpec, draft: Draft) -> Sequence[Fact]:
        chosen = step.settings.get("ad_account", "")
        account = str(checks.accounts(draft).get(chosen, chosen))
        names = ", ".join(LABELS[name] for name in LABELS if name in step.settings.get("fields", []))
        name = step.settings.get("audience_name", "")
        return (
            Fact("Audience", name or "No name yet", not name),
            Fact("Account", account or "None chosen yet", not account),
            Fact("Fields", names or "None chosen yet", not names),
        )

    def makes(self, step: StepSpec, draft: Draft) -> str:
        chosen, name = step.settings.get("ad_account", ""), step.settings.get("audience_name", "")
        account = checks.accounts(draft).get(chosen)
        if not name or not chosen or (step.key, chosen, name) in checks.made_already(draft):
            return ""
        known = account is not None and account.audiences is not None
        room = f", which holds {account.audiences} of {checks.MOST_AUDIENCES} now" if known else ""
        return f"The custom audience “{name}” in {account or chosen}{room}, at Facebook."

    def reach(self, steps: Sequence[StepSpec], people: QuerySet) -> Sequence[tuple[str, int]]:
        wanted = {step.key: step.settings["fields"] for step in steps if step.settings.get("fields")}
        found = coverage.of(people) if wanted else None
        about = "about, " if found and found.is_about else ""
        names = {step.key: step.settings.get("audience_name") or step.key for step in steps}
        return [
            (f"{about}with a field that can be matched for “{names[key]}”", found.having(*fields))
            for key, fields in wanted.items()
        ]

    def problems(self, step: StepSpec, draft: Draft) -> Iterator[Problem]:
        for check in checks.CHECKS:
            yield from check(step, draft)

    def refresh(self, steps: Sequence[StepSpec], now: datetime) -> None:
        connection = Connection.objects.filter(partner=self.partner).first()
        if connection and connection.has_token:
            checking.refresh(connection, {account_id(step) for step in steps}, now)

    def creation_problem(self, step: StepSpec, error: PartnerError) -> Problem:
        return checks.creation_problem(step, error)
