"""The Facebook Audience Step: people become members of its custom audience's open batch and go on at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from canvas.document import Draft, StepSpec
from canvas.problems import Problem
from canvas.steps.base import Fact, Setting, StepType
from canvas.steps.people import Leaving, Page

from .. import by_hand, checking, creating, numbers, outbox, step_causes, step_people
from ..errors import PartnerError
from ..models import Connection, CustomAudience
from . import checks, coverage
from .fields import LABELS, read_fields
from .forms import FacebookAudienceForm

MOST_LETTERS = 255


def read_text(value) -> str:
    if not isinstance(value, str) or len(value) > MOST_LETTERS or "\x00" in value:
        raise ValueError(f"Write a text of at most {MOST_LETTERS} characters.")
    return value


class FacebookAudienceStep(StepType):
    type = "facebook_audience"
    label = "Facebook Audience Step"
    group = "Pass on"
    icon = "audience"
    does = "Passes people to a custom audience at Facebook; they go on at once."
    edit_label = "Custom Audience"
    height = 176
    form_class = FacebookAudienceForm
    template = "steps/facebook_audience.html"
    beside = "steps/facebook_rehearsal.html"
    statuses = tuple(step_people.STATUSES)
    rest = "pending"
    details_template = "integrations/_step_causes.html"
    example = {"ad_account": "act_1001", "audience_name": "Win back", "fields": ["email", "phone"]}
    settings = {
        "ad_account": Setting("Ad account", read_text),
        "audience_name": Setting("Name of the custom audience", read_text),
        "fields": Setting(
            "Fields to match", read_fields, words=lambda names, say: ", ".join(LABELS[name] for name in names) or "none"
        ),
    }

    def summary(self, settings: Mapping) -> str:
        return settings.get("audience_name", "")

    def fill_in(self, settings: Mapping, draft: Draft) -> Mapping:
        usable = checks.usable_accounts(draft)
        return {"ad_account": usable[0], **settings} if len(usable) == 1 else settings

    def copied(self, settings: Mapping, mark: str) -> Mapping:
        name = settings.get("audience_name", "")
        return {**settings, "audience_name": name[: MOST_LETTERS - len(mark)] + mark} if name else settings

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
        if not name or not chosen:
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
        connection = Connection.objects.filter(partner="facebook").first()
        if connection and connection.has_token:
            checking.refresh(connection, {checks.account_id(step) for step in steps}, now)

    def prepare(self, step: StepSpec, now: datetime) -> Iterator[Problem]:
        try:
            creating.ensure_created(audience_of(step), now)
        except PartnerError as error:
            yield checks.creation_problem(step, error)

    def route(self, step: StepSpec, cohorts: QuerySet, now: datetime) -> str:
        audience = CustomAudience.objects.get(step=step.row, **where(step))
        outbox.enqueue(audience, cohorts, now)
        return "next"

    def numbers(self, steps: Sequence[int]) -> dict[int, dict[str, int]]:
        return numbers.fates(steps)

    def people(self, step: StepSpec, status: str, after: str, limit: int, only: QuerySet | None = None) -> Page:
        return step_people.people(step.row, status, after, limit, only)

    def leaving(self, steps: Sequence[StepSpec]) -> Sequence[Leaving]:
        names = {step.row.pk: step.settings.get("audience_name") or step.key for step in steps}
        counts = by_hand.waiting_by_step(names)
        return [
            Leaving(names[pk], people, reverse("integrations:cancel", args=[pk]), "integrations.retry_sync")
            for pk, people in counts.items()
        ]

    def details(self, step: StepSpec, now: datetime) -> dict:
        return step_causes.details(step.row, now) if step.row else {}


def where(step: StepSpec) -> dict:
    return {
        "ad_account__connection__partner": "facebook",
        "ad_account__account_id": checks.account_id(step),
        "name": step.settings["audience_name"],
    }


def audience_of(step: StepSpec) -> CustomAudience:
    account = checks.account_of(step)
    return creating.audience_for(step.row, account, step.settings["audience_name"], step.settings["fields"])
