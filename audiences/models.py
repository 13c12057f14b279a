"""Profiles, what they did, and the segments cut from them."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .folding import Fold


class Profile(models.Model):
    """A person the brand knows. An empty text means "not known"; custom attributes stand in `attributes` as JSON.

    Contact details are kept as they came: they are normalised when they are sent, never here. Whatever writes people
    goes through `upsert`, which keeps `made_by` true.
    """

    external_id = models.CharField(max_length=255)
    email = models.CharField("e-mail", max_length=320, blank=True)
    phone = models.CharField(max_length=64, blank=True)
    first_name = models.CharField(max_length=255, blank=True)
    last_name = models.CharField(max_length=255, blank=True)
    gender = models.CharField(max_length=32, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    city = models.CharField(max_length=255, blank=True)
    state = models.CharField(max_length=255, blank=True)
    zip = models.CharField("ZIP", max_length=32, blank=True)
    country = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=32, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    mobile_advertiser_id = models.CharField(max_length=64, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        "Import", models.DO_NOTHING, null=True, editable=False, db_constraint=False, db_index=False, related_name="+",
        help_text="the import that made this person, while nothing else has changed them",
    )  # fmt: skip

    class Meta:
        permissions = [("see_personal_data", "Can see personal data unmasked")]
        # Not `unique=True`, which would bring a second index on PostgreSQL that nobody reads.
        constraints = [models.UniqueConstraint(fields=["external_id"], name="profile_external_id")]
        indexes = [
            # Read by the search.
            models.Index(Fold("external_id"), name="profile_by_external_id"),
            models.Index(Fold("email"), name="profile_by_email"),
            models.Index(Fold("phone"), name="profile_by_phone"),
            models.Index(Fold("first_name"), name="profile_by_first_name"),
            models.Index(Fold("last_name"), name="profile_by_last_name"),
        ]

    def __str__(self) -> str:
        return self.external_id

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class CustomAttribute(models.Model):
    """The registry of custom attributes: a name that some profile has had, and the type that its values have."""

    class Type(models.TextChoices):
        TEXT = "text"
        NUMBER = "number"
        BOOLEAN = "boolean", "yes or no"
        TIME = "time", "date and time"

    name = models.CharField(max_length=100, unique=True)
    type = models.CharField(max_length=10, choices=Type)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something a person did."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="events")
    name = models.CharField(max_length=100)
    time = models.DateTimeField()
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["profile", "name", "time"], name="event_by_person")]

    def __str__(self) -> str:
        return self.name


class EventName(models.Model):
    """The registry of what people did: every name that some event has had, to be chosen from."""

    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class Purchase(models.Model):
    """Something a person bought; `price` is for one piece, in `currency` (ISO 4217)."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="purchases")
    product_id = models.CharField(max_length=255)
    currency = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=14, decimal_places=4)
    quantity = models.PositiveIntegerField(default=1)
    time = models.DateTimeField()
    properties = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["profile", "product_id", "time"], name="purchase_by_person")]

    def __str__(self) -> str:
        return self.product_id


class Segment(models.Model):
    """A saved filter over profiles (its grammar: `audiences.filters`)."""

    name = models.CharField(max_length=100, unique=True)
    filter = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class Import(models.Model):
    """One CSV file that was read: what came of its rows.

    A file that was uploaded is checked, confirmed by somebody, then imported; `token` names its files in IMPORT_DIR,
    which are kept until `files_until`. `offset` says how far it came: whoever goes on begins there.
    """

    class State(models.TextChoices):
        CHECKING = "checking"
        CHECKED = "checked", "waits for a yes"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        UNDOING = "undoing", "being undone"
        UNDONE = "undone"

    file_name = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveBigIntegerField(default=0, help_text="rows in the file, as the check counted them")
    rows = models.PositiveBigIntegerField(default=0, help_text="rows applied so far")
    created = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    offset = models.PositiveBigIntegerField(default=0, editable=False, help_text="bytes of the file dealt with so far")
    undone = models.PositiveBigIntegerField(default=0, help_text="people whom undoing it took away again")
    cursor = models.BigIntegerField(default=0, editable=False, help_text="people it made have ids above this one")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    token = models.CharField(max_length=32, blank=True, editable=False)
    options = models.JSONField(default=dict, blank=True, help_text="what was answered about columns and dates")
    findings = models.JSONField(default=dict, blank=True, help_text="what the check found, or has to ask")
    problem = models.TextField(blank=True, help_text="why it failed")
    lease_until = models.DateTimeField(null=True, editable=False)
    files_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            # Read by the queue and by the supervisor.
            models.Index(fields=["files_until"], condition=Q(files_until__isnull=False), name="import_at_hand"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def done(self) -> int:
        """Rows that are dealt with, taken or refused."""
        return self.rows + self.refused

    @property
    def is_busy(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.RUNNING, self.State.UNDOING)

    @property
    def can_be_undone(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED) and self.created > 0


def receipt_number() -> str:
    return f"E-{secrets.token_hex(5).upper()}"


class Erasure(models.Model):
    """The receipt for a person who was erased. It keeps nothing of her but a keyed hash, to be found again by.

    `places` is how many places outside she has to be taken out of; what came of each stands with those who know it.
    """

    number = models.CharField(max_length=20, unique=True, default=receipt_number, editable=False)
    who = models.CharField(max_length=64, editable=False, help_text="a keyed hash of the external id")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    via = models.CharField(max_length=100, help_text="dashboard, command line, or the API key's name")
    places = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            # Read by the search for a receipt.
            models.Index(fields=["who"], name="erasure_of"),
        ]

    def __str__(self) -> str:
        return self.number
