"""People who are to be taken out of custom audiences, and the hashed cells by which the partner knows them there.

Cells are hashes of personal data, which is personal data still: they are kept encrypted, in rows of their own, and go
when they have done their work.
"""

from django.db import models
from django.db.models import Q

from canvas.models import bulk_key

from .secrets import SecretTextField


class Removal(models.Model):
    """A person who was erased, to be taken out of one custom audience that she was sent to."""

    class State(models.TextChoices):
        WAITING = "waiting"
        REMOVED = "removed"
        RETURNED = "returned", "came back"
        LEFT = "left", "not removed"

    erasure = models.ForeignKey("audiences.Erasure", models.CASCADE, related_name="removals")
    audience = models.ForeignKey("integrations.CustomAudience", models.CASCADE, related_name="removals")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    small_since = models.DateTimeField(null=True, help_text="when the partner first called the audience too small")
    returned_at = models.DateTimeField(null=True, help_text="when she was sent anew, under a cell of this removal")
    cause = models.CharField(max_length=40, blank=True, help_text="the kind of the last failure")
    cause_detail = models.TextField(blank=True)
    trace_id = models.CharField(max_length=100, blank=True)
    lease_token = models.BigIntegerField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    awaited = models.ManyToManyField("integrations.Attempt", related_name="+", editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["erasure", "audience"], name="removal_once")]
        indexes = [
            # Read by claim, by the supervisor and by sending.
            models.Index(fields=["next_attempt_at"], condition=Q(state="waiting"), name="removal_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class Identity(models.Model):
    """The cells under which a person was sent to an audience, as JSON by the partner's key.

    Of a profile it is a former one: its match fields have changed since. Of a Removal it is to be taken out.
    """

    profile = bulk_key("audiences.Profile", null=True, related_name="+")
    removal = models.ForeignKey(Removal, models.CASCADE, null=True, related_name="identities")
    audience = models.ForeignKey("integrations.CustomAudience", models.CASCADE, related_name="+", db_index=False)
    digest = models.CharField(max_length=64, editable=False, help_text="keyed; tells two apart")
    cells = SecretTextField()

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            # Read by erasure.
            models.UniqueConstraint(fields=["profile", "audience", "digest"], name="former_identity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} in {self.audience_id}"
