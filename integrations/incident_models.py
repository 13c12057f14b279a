"""What broke at a partner: one row from the first failure to the recovery."""

from django.db import models
from django.db.models import Q


def with_name(who: str, headline: str) -> str:
    """Some headlines name it themselves."""
    return headline if who in headline else f"{who}: {headline}"


class Incident(models.Model):
    """One scope that doesn't work: the connection, an ad account, a custom audience (`scope`, `scope_pk`).

    `tell_at`: when somebody is to be told next, the first time or again; null where there is nothing to tell.
    """

    connection = models.ForeignKey("integrations.Connection", models.CASCADE, related_name="incidents")
    scope = models.CharField(max_length=10)
    scope_pk = models.BigIntegerField()
    name = models.CharField(max_length=255, blank=True, help_text="of the account or audience")
    tone = models.CharField(max_length=4)
    headline = models.CharField(max_length=255)
    detail = models.TextField(blank=True)
    cure = models.TextField(blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True, help_text="the last time")
    tell_at = models.DateTimeField(null=True)
    told_to = models.JSONField(default=list, help_text="ids of those who were told")

    class Meta:
        app_label = "integrations"
        ordering = ["-began_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["scope", "scope_pk"], condition=Q(ended_at=None), name="one_open_incident"),
        ]
        indexes = [
            # Read by the worker.
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="incident_to_tell"),
        ]

    def __str__(self) -> str:
        return with_name(self.name, self.headline)
