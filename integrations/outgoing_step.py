"""What the steps have in common that send each person something of their own. People go on at once, whatever comes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from audiences.people import Sought
from canvas.document import StepSpec
from canvas.ranges import Range
from canvas.series import Hours
from canvas.steps.base import StepType
from canvas.steps.people import Leaving, Page

from . import dispatch_by_hand, dispatch_people, dispatch_queue


class OutgoingStep(StepType):
    """`channel` is the key of one of `channels.CHANNELS`. Statuses are the names of dispatch_people."""

    channel: str
    group = "Pass on"
    rest = "pending"
    details_template = "integrations/_dispatch_causes.html"

    def go_live(self, step: StepSpec, now: datetime) -> None:
        dispatch_queue.outlet_of(step.row, self.channel, step.settings)

    def changed(self, old: Mapping, new: Mapping) -> str:
        return "" if old == new else "Whoever is still pending is sent to as the new version says."

    def route(self, step: StepSpec, cohorts: QuerySet, now: datetime) -> str:
        outlet = dispatch_queue.outlet_of(step.row, self.channel, step.settings)
        dispatch_queue.enqueue(outlet, cohorts, now)
        return "next"

    def numbers(self, steps: Sequence[int], cuts: Sequence[datetime] = ()) -> dict[int, list[dict[str, int]]]:
        return dispatch_people.fates(steps, self.statuses, cuts)

    def by_hour(self, step: StepSpec, asked: Range) -> Hours:
        return dispatch_people.by_hour(step.row, self.statuses, asked) if step.row else ()

    def people(
        self, step: StepSpec, status: str, after: str, limit: int, only: Sought | None = None, cause: str = ""
    ) -> Page:
        return dispatch_people.people(step.row, status, after, limit, only, cause)

    def leaving(self, steps: Sequence[StepSpec]) -> Sequence[Leaving]:
        titles = {step.row.pk: step.title for step in steps}
        counts = dispatch_by_hand.waiting_by_step(titles, timezone.now())
        return [
            Leaving(titles[pk], people, reverse("integrations:cancel_outgoing", args=[pk]), "integrations.retry_sync")
            for pk, people in counts.items()
        ]

    def details(self, step: StepSpec, now: datetime) -> dict:
        return dispatch_people.details(step.row, now) if step.row else {}
