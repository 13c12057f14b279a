"""The key by which whoever gets a request knows that it is ours."""

from django.conf import settings
from django.db import models

from ..secrets import SecretTextField


class SigningKey(models.Model):
    """One for the installation, encrypted. Shown once, when an Admin makes it; a new one takes its place."""

    key = SecretTextField()
    last4 = models.CharField(max_length=4)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"…{self.last4}"
