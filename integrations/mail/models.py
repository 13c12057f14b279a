"""Who is not written to any more."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from canvas.models import bulk_key


class Suppression(models.Model):
    """An address that is not written to, and a person who had it: each who has it and says so has a row of their own.
    The address stands here as a keyed hash only.

    It outlives the person's erasure, without her: whoever comes again under that address is not written to, either.
    """

    digest = models.CharField(max_length=32)
    profile = bulk_key("audiences.Profile", null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    """None: she did it herself, by the link in a message."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["digest", "profile"], name="suppression_once")]
        indexes = [
            # Read by sending, by the profile's page, and by erasure.
            models.Index(fields=["profile"], condition=models.Q(profile__isnull=False), name="suppression_of"),
        ]

    def __str__(self) -> str:
        return self.digest[:8]
