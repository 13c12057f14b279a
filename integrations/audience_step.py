"""A step that passes people to a custom audience of a partner: they become members of its open batch and go on at once.

A partner's own step says whose it is, and adds its editor, its launch checks and its words.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from audiences.people import Sought
from canvas.document import StepSpec
from canvas.problems import Problem
from canvas.ranges import Range
from canvas.series import Hours
from canvas.steps.base import Setting, StepType
from canvas.steps.people import Leaving, Page

from . import by_hand, creating, numbers, outbox, step_causes, step_people
from .errors import KINDS, PartnerError, sentence
from .models import AdAccount, CustomAudience

MOST_LETTERS = 255


def read_text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_LETTERS or "\x00" in value:
        raise ValueError(f"Write a text of at most {MOST_LETTERS} characters.")
    return value


class AudienceStep(StepType):
    """`partner` is its key in the registry of partners; one type of step a partner."""

    partner: str
    group = "Pass on"
    icon = "audience"
    statuses = tuple(step_people.STATUSES)
    rest = "pending"
    details_template = "integrations/_step_causes.html"
    settings = {
        "ad_account": Setting("Ad account", read_text),
        "audience_name": Setting("Name of the custom audience", read_text),
        "fields": Setting("Fields to match"),
    }

    def creation_problem(self, step: StepSpec, error: PartnerError) -> Problem:
        """Why the launch could not make the custom audience."""
        raise NotImplementedError

    def summary(self, settings: Mapping) -> str:
        return settings.get("audience_name", "")

    def copied(self, settings: Mapping, mark: str) -> Mapping:
        name = settings.get("audience_name", "")
        return {**settings, "audience_name": name[: MOST_LETTERS - len(mark)] + mark} if name else settings

    def prepare(self, step: StepSpec, now: datetime) -> Iterator[Problem]:
        try:
            creating.ensure_created(self.wanted(step), now)
        except PartnerError as error:
            yield self.creation_problem(step, error)

    def go_live(self, step: StepSpec, now: datetime) -> None:
        """Other fields keep the audience: whoever is sent from now on is matched by them."""
        CustomAudience.objects.filter(pk=self.audience(step).pk).update(fields=step.settings["fields"])

    def changed(self, old: Mapping, new: Mapping) -> str:
        if not old.get("audience_name") or not new.get("audience_name"):
            return ""
        if place_of(old) != place_of(new):
            stays = "stays as it is: whoever is pending for it is still sent there, and nobody new comes to it"
            return f"A new custom audience, “{new['audience_name']}”, is made. “{old['audience_name']}” {stays}."
        if set(old.get("fields", [])) != set(new.get("fields", [])):
            return "The custom audience stays. Whoever is sent from now on is matched by the new fields."
        return ""

    def wanted(self, step: StepSpec) -> CustomAudience:
        accounts = AdAccount.objects.select_related("connection")
        account = accounts.get(connection__partner=self.partner, account_id=account_id(step))
        return creating.audience_for(step.row, account, step.settings["audience_name"], step.settings["fields"])

    def audience(self, step: StepSpec) -> CustomAudience:
        account = {"ad_account__connection__partner": self.partner, "ad_account__account_id": account_id(step)}
        return CustomAudience.objects.get(step=step.row, name=step.settings["audience_name"], **account)

    def route(self, step: StepSpec, cohorts: QuerySet, now: datetime) -> str:
        outbox.enqueue(self.audience(step), cohorts, now)
        return "next"

    def numbers(self, steps: Sequence[int], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
        return numbers.fates(steps, cuts)

    def by_hour(self, step: StepSpec, asked: Range) -> Hours:
        return numbers.by_hour(asked, audience__step=step.row) if step.row else ()

    def people(
        self, step: StepSpec, status: str, after: str, limit: int, only: Sought | None = None, cause: str = ""
    ) -> Page:
        return step_people.people(step.row, status, after, limit, only, cause)

    def cause_words(self, cause: str) -> str:
        return step_causes.NO_FIELD if cause == "missing_fields" else sentence(cause) if cause in KINDS else ""

    def leaving(self, steps: Sequence[StepSpec]) -> Sequence[Leaving]:
        names = {step.row.pk: step.settings.get("audience_name") or step.key for step in steps}
        counts = by_hand.waiting_by_step(names)
        return [
            Leaving(names[pk], people, reverse("integrations:cancel", args=[pk]), "integrations.retry_sync")
            for pk, people in counts.items()
        ]

    def details(self, step: StepSpec, now: datetime) -> dict:
        return step_causes.details(step.row, now) if step.row else {}


def account_id(step: StepSpec) -> str:
    return step.settings.get("ad_account", "").strip()


def place_of(settings: Mapping) -> tuple[str, str]:
    """The ad account and the name: what makes it another audience."""
    return settings.get("ad_account", "").strip(), settings["audience_name"]
