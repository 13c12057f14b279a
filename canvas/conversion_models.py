"""Conversions: who did what a Canvas is for, and how many did by the way that they had taken."""

from django.db import models

from .bulk_keys import bulk_key


class Conversion(models.Model):
    """A trip in which the person did what the Canvas is for: the conversion event `name`, counted once a trip."""

    canvas = bulk_key("canvas.Canvas")
    entry = bulk_key("canvas.Entry", related_name="conversions")
    name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # Read by whoever counts one trip's, and by erasure.
            models.UniqueConstraint(fields=["entry", "name"], name="conversion_once"),
        ]
        indexes = [
            # Read by analytics.
            models.Index(fields=["canvas", "name", "at"], name="conversion_counts"),
        ]


class WayConversion(models.Model):
    """How many people did `name`, what the Canvas is for, after they had left `step` by that way. Of steps whose ways
    are compared; summed up as conversions are counted."""

    step = models.ForeignKey("canvas.Step", models.CASCADE, related_name="+")
    branch = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    n = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "branch", "name"], name="way_conversion_once")]

    def __str__(self) -> str:
        return f"{self.step_id} {self.branch} {self.name} {self.n}"
