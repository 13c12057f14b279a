"""Our standing with partners, the custom audiences we fill there, and people on their way into them.

Member is a bulk table (no constraints on its foreign keys). Members are added while their batch is open and its row is
locked; once it is sealed they stay. A person's status is the batch's, unless the member carries a verdict of its own.
"""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from audiences.models import Profile
from canvas.models import Step, bulk_key
from canvas.steps import registry

from .confirmations import Confirmation
from .dispatch_models import Dispatch, Outlet
from .hour_models import BEGINNING, BatchHour, DispatchHour
from .incident_models import Incident
from .manifest_models import Manifest
from .removal_models import Identity, Removal
from .secrets import SecretTextField

__all__ = [
    "AdAccount", "Attempt", "BatchHour", "Confirmation", "Connection", "ConnectionSecret", "CustomAudience",
    "Dispatch", "DispatchHour", "Identity", "Incident", "Manifest", "Member", "Outlet", "Pausable", "Removal",
    "SyncBatch",
]  # fmt: skip


class Pausable(models.Model):
    """A scope that can be held back: by a fault until a probe finds it mended, by a throttle until its time is up."""

    paused_since = models.DateTimeField(null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False, help_text="the next probe, or a throttle's end")
    pause_kind = models.CharField(max_length=40, blank=True, editable=False)
    pause_detail = models.TextField(blank=True, editable=False)
    pauses = models.PositiveIntegerField(default=0, editable=False, help_text="in a row; a success sets it back")

    class Meta:
        abstract = True

    @property
    def is_faulty(self) -> bool:
        return self.paused_until is not None and self.pause_kind != THROTTLE


THROTTLE = "RateLimited"


def free(now: datetime, path: str = "") -> Q:
    """The scope at `path` lets batches through."""
    over = Q(**{f"{path}pause_kind": THROTTLE, f"{path}paused_until__lte": now})
    return Q(**{f"{path}paused_until": None}) | over


def faulty(path: str = "") -> Q:
    """The scope at `path` is held back by a fault, not by a throttle."""
    return Q(**{f"{path}paused_until__isnull": False}) & ~Q(**{f"{path}pause_kind": THROTTLE})


class Connection(Pausable):
    """Our standing with one partner. `facts` is what the last check read; the token stands in a row of its own."""

    partner = models.CharField(max_length=40, unique=True)
    facts = models.JSONField(default=dict)
    reachable = models.BooleanField(default=True, help_text="the last check got an answer")
    checked_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True, editable=False, help_text="when it is checked next, by itself")
    connected_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.partner

    @property
    def has_token(self) -> bool:
        return ConnectionSecret.objects.filter(connection=self).exists()

    @property
    def last4(self) -> str:
        """The token's end; known even where no key opens the token any more."""
        return ConnectionSecret.objects.filter(connection=self).values_list("last4", flat=True).first() or ""


class ConnectionSecret(models.Model):
    """The system user token, encrypted. In a row of its own, so that one unreadable secret breaks no list."""

    connection = models.OneToOneField(Connection, models.CASCADE, related_name="secret")
    token = SecretTextField()
    last4 = models.CharField(max_length=4)
    fingerprint = models.CharField(max_length=64)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)

    def __str__(self) -> str:
        return f"…{self.last4}"


class AdAccount(Pausable):
    """An account at the partner that owns custom audiences; `facts` as last read there."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="ad_accounts")
    account_id = models.CharField(max_length=40)
    name = models.CharField(max_length=255, blank=True)
    facts = models.JSONField(default=dict)
    accessible = models.BooleanField(default=True, help_text="the token saw it at the last check")
    audiences = models.PositiveIntegerField(null=True, help_text="customer lists it holds, as last counted")
    listed_at = models.DateTimeField(null=True, help_text="when it last told how the audiences made here are")
    tier = models.CharField(max_length=40, blank=True, help_text="the API access tier, as the last answer told it")
    send_interval = models.PositiveSmallIntegerField(default=20, help_text="seconds between batches of one audience")
    used = models.PositiveSmallIntegerField(null=True, help_text="percent of the partner's limits, as last told")
    gap = models.PositiveSmallIntegerField(default=0, help_text="seconds between any two requests, near the limits")
    next_send_at = models.DateTimeField(null=True, editable=False, help_text="not before, to keep the gap")
    checked_at = models.DateTimeField(null=True)

    TOLD = ("tier", "send_interval", "used", "gap")
    """What any answer may tell besides."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "account_id"], name="ad_account_once")]

    def __str__(self) -> str:
        return self.name or self.account_id


class CustomAudience(Pausable):
    """The list at the partner that one step fills. `mark` stands in its description there: by it alone we know it."""

    class State(models.TextChoices):
        CREATING = "creating"
        READY = "ready"

    step = models.ForeignKey(Step, models.CASCADE, related_name="custom_audiences")
    ad_account = models.ForeignKey(AdAccount, models.PROTECT, related_name="custom_audiences")
    name = models.CharField(max_length=255)
    fields = models.JSONField(help_text="the chosen match fields")
    mark = models.CharField(max_length=32, unique=True)
    partner_id = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.CREATING)
    former_ids = models.JSONField(
        default=list, editable=False, help_text="what it was at the partner before, oldest first"
    )
    facts = models.JSONField(default=dict, editable=False, help_text="as last read at the partner")
    read_at = models.DateTimeField(null=True, editable=False, help_text="when they were read")
    create_tries = models.PositiveIntegerField(default=0)
    lease_token = models.BigIntegerField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    last_sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    summed_until = models.DateTimeField(
        default=BEGINNING, editable=False, help_text="before it, settled batches are summed up by the hour"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "ad_account", "name"], name="custom_audience_once")]
        permissions = [("retry_sync", "Can retry or cancel what waits to be sent")]

    def __str__(self) -> str:
        return self.name

    @property
    def step_title(self) -> str:
        """What people call the step that fills it."""
        return f"{registry.label(self.step.type)}: {self.name}"

    @property
    def field_words(self) -> list[str]:
        return list(map(field_in_words, self.fields))


def field_in_words(field: str) -> str:
    """A match field as the profile calls it, where it has one of that name."""
    names = {one.name: str(one.verbose_name) for one in Profile._meta.concrete_fields}
    return names.get(field, field.replace("_", " "))


class SyncBatch(models.Model):
    """Up to 10,000 people on their way into one custom audience: one request. All that a try needs to know is here."""

    class State(models.TextChoices):
        OPEN = "open"
        SEALED = "sealed"
        DONE = "done"
        FAILED = "failed", "given up"
        WITHDRAWN = "withdrawn"
        SPLIT = "split", "halved"

    audience = models.ForeignKey(CustomAudience, models.CASCADE, related_name="batches", db_index=False)
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    original = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False,
        help_text="what it was halved from in the beginning",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    size = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    sealed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text="the last time, where it is sent again")
    read_at = models.DateTimeField(null=True, help_text="when its people were first read to be sent")
    read_fields = models.JSONField(default=list, help_text="the match fields that were ever read for it")

    clock_at = models.DateTimeField(null=True, help_text="when the hours of retrying began")
    next_attempt_at = models.DateTimeField(null=True)
    attempts_made = models.PositiveIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0, help_text="failures since the clock began")
    lease_token = models.BigIntegerField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    cause = models.CharField(max_length=40, blank=True, help_text="the kind of the last failure")
    cause_detail = models.TextField(blank=True)
    missing = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    rejected_unnamed = models.PositiveIntegerField(default=0, help_text="refused rows that were not named to us")
    withdrawn = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "sync batches"
        constraints = [
            models.UniqueConstraint(fields=["audience"], condition=Q(state="open"), name="one_open_batch"),
        ]
        indexes = [
            # Read by claim and by the supervisor.
            models.Index(fields=["next_attempt_at"], condition=Q(state="sealed"), name="batch_waiting"),
            # Read by analytics; the second by the fold, too.
            models.Index(fields=["audience", "state"], name="batch_of_audience"),
            models.Index(fields=["audience", "settled_at"], name="batch_settled"),
            # Read by halving.
            models.Index(fields=["original"], condition=Q(original__isnull=False), name="batch_of_original"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state}, {self.size})"


class Member(models.Model):
    """One entry in one batch. `verdict` only where it differs from the batch's."""

    class Verdict(models.TextChoices):
        SAME = "", "as the batch"
        MISSING = "missing"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    batch = bulk_key(SyncBatch, related_name="members")
    entry = bulk_key("canvas.Entry", related_name="+")
    profile = bulk_key("audiences.Profile", null=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict, db_default="")
    reason = models.CharField(max_length=255, db_default="")

    class Meta:
        constraints = [
            # Read by sending and by the list of a step's people.
            models.UniqueConstraint(fields=["batch", "entry"], name="member_once"),
        ]
        indexes = [
            # Read by the profile's sync history and by erasure.
            models.Index(fields=["profile"], name="member_profile"),
        ]


class Attempt(models.Model):
    """One try to send a batch, written before the request leaves. Never holds what was sent.

    `api_version` is the one that answered, or the one asked for where nothing did; `rows` are those on the wire.
    """

    batch = models.ForeignKey(SyncBatch, models.CASCADE, related_name="attempts")
    number = models.PositiveIntegerField()
    session_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True, help_text="from reading the people to the answer")
    outcome = models.CharField(max_length=40, blank=True, help_text="accepted, lost, or the kind of error")
    code = models.IntegerField(null=True)
    subcode = models.IntegerField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    trace_id = models.CharField(max_length=100, blank=True)
    api_version = models.CharField(max_length=10, blank=True)
    rows = models.PositiveIntegerField(null=True)
    received = models.PositiveIntegerField(null=True)
    invalid = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="attempt_number")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number} {self.outcome}"
