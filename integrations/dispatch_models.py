"""What goes out person by person, a message or a request each; a batch of people goes out in one request instead.

Dispatch is a bulk table (no constraints on its foreign keys): made by one INSERT ... SELECT in the transaction that
moves people on, then claimed, sent and settled row by row. While it waits, `next_attempt_at` is when it is due; who
claims it moves that to the end of the lease, so what a sender leaves behind falls due by itself.
"""

from datetime import datetime

from django.db import models
from django.db.models import Q

from canvas.models import Step, bulk_key

from .hour_models import BEGINNING


class Outlet(models.Model):
    """A step that sends people something each, with its settings as they were last published.

    It is held back while nobody can be sent anything; when the time is up, the next one in turn is tried.
    """

    step = models.OneToOneField(Step, models.CASCADE, related_name="outlet")
    channel = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    turn_at = models.DateTimeField(null=True, editable=False, help_text="when it last had its turn")
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="in a row, whoever they were about")
    held_since = models.DateTimeField(null=True, editable=False)
    """By a fault; a throttle alone has none."""
    held_until = models.DateTimeField(null=True, editable=False)
    held_for = models.CharField(max_length=255, blank=True, editable=False, help_text="what holds it back")
    holds = models.PositiveIntegerField(default=0, editable=False, help_text="in a row; a success sets it back")
    summed_until = models.DateTimeField(
        default=BEGINNING, editable=False, help_text="before it, who is settled is summed up by the hour"
    )

    def __str__(self) -> str:
        return f"{self.channel} {self.step_id}"

    def is_held(self, now: datetime) -> bool:
        return self.held_until is not None and self.held_until > now


class Dispatch(models.Model):
    """One person's arrival at an outlet: what is to be sent to them, and what became of it. Never holds what was sent.

    `lease_token` stands while somebody sends it, and stays where they never came back.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"
        NO_ADDRESS = "no_address"
        SUPPRESSED = "suppressed"
        WITHDRAWN = "withdrawn"

    outlet = bulk_key(Outlet, related_name="dispatches")
    entry = bulk_key("canvas.Entry", related_name="+")
    profile = bulk_key("audiences.Profile", null=True, related_name="+")
    state = models.CharField(max_length=12, choices=State, db_default=State.WAITING)
    came_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField(null=True)
    clock_at = models.DateTimeField(null=True, help_text="when the hours of retrying began")
    tries = models.PositiveIntegerField(db_default=0, help_text="failures since the clock began")
    attempts = models.PositiveIntegerField(db_default=0)
    lease_token = models.BigIntegerField(null=True, editable=False)
    cause = models.CharField(max_length=255, db_default="")
    status = models.PositiveSmallIntegerField(null=True, help_text="the code of the last answer")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "dispatches"
        indexes = [
            # Read by claim and by the supervisor.
            models.Index(fields=["outlet", "next_attempt_at"], condition=Q(state="waiting"), name="dispatch_due"),
            # Read by giving up, and by the supervisor.
            models.Index(
                fields=["clock_at"], condition=Q(state="waiting", clock_at__isnull=False), name="dispatch_clock"
            ),
            # Read by analytics and by the list of a step's people.
            models.Index(fields=["outlet", "state", "id"], name="dispatch_of_outlet"),
            # Read by analytics and by the fold.
            models.Index(
                fields=["outlet", "settled_at"], condition=Q(settled_at__isnull=False), name="dispatch_settled"
            ),
            # Read by the profile's page and by erasure.
            models.Index(fields=["profile"], name="dispatch_profile"),
        ]

    @classmethod
    def leased(cls, now: datetime) -> Q:
        """Somebody is sending it at this moment."""
        return Q(lease_token__isnull=False, next_attempt_at__gt=now)
