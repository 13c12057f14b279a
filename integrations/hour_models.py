"""What was settled, summed up by the hour: tables that grow with time, not with the number of batches or of people.

See `hourly`.
"""

from datetime import UTC, datetime

from django.db import models

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before anything was ever settled."""
IN_THE_HOUR = "the hour (UTC) in which they were settled"


class BatchHour(models.Model):
    """The batches of one audience that were settled in one hour and in one way. A column is the sum of theirs."""

    audience = models.ForeignKey("integrations.CustomAudience", models.CASCADE, related_name="+", db_index=False)
    settled_at = models.DateTimeField(help_text=IN_THE_HOUR)
    state = models.CharField(max_length=10)
    cause = models.CharField(max_length=40, blank=True)
    cause_detail = models.TextField(blank=True)
    size = models.PositiveBigIntegerField()
    missing = models.PositiveBigIntegerField()
    refused = models.PositiveBigIntegerField()
    rejected_unnamed = models.PositiveBigIntegerField()
    withdrawn = models.PositiveBigIntegerField()
    clock_at = models.DateTimeField(null=True, help_text="the first of their clocks")
    first_at = models.DateTimeField(help_text="when the first one was settled")
    last_at = models.DateTimeField(help_text="when the last one was settled")

    class Meta:
        indexes = [
            # Read by analytics.
            models.Index(fields=["audience", "settled_at"], name="batch_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.audience_id} {self.settled_at:%Y-%m-%d %H}h {self.state}"


class DispatchHour(models.Model):
    """The people of one outlet who were settled in one hour and in one way."""

    outlet = models.ForeignKey("integrations.Outlet", models.CASCADE, related_name="+", db_index=False)
    settled_at = models.DateTimeField(help_text=IN_THE_HOUR)
    state = models.CharField(max_length=12)
    cause = models.CharField(max_length=255, blank=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="the code of the last answer")
    people = models.PositiveBigIntegerField()
    last_at = models.DateTimeField(help_text="when the last one was settled")

    class Meta:
        indexes = [
            # Read by analytics.
            models.Index(fields=["outlet", "settled_at"], name="dispatch_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.settled_at:%Y-%m-%d %H}h {self.state}"
