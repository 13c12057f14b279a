"""What no check can see at a partner, and a person therefore says: who ticked it, and when."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction

from config.team.models import User, record


class Confirmation(models.Model):
    """Somebody looked at the partner and found it so. `what` is one of the partner's `by_hand`."""

    partner = models.CharField(max_length=40)
    what = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)

    class Meta:
        app_label = "integrations"
        constraints = [models.UniqueConstraint(fields=["partner", "what"], name="confirmed_once")]

    def __str__(self) -> str:
        return f"{self.partner}: {self.what}"


def of(key: str) -> dict[str, Confirmation]:
    """By what was ticked."""
    return {one.what: one for one in Confirmation.objects.filter(partner=key).select_related("by")}


@transaction.atomic
def tick(key: str, what: str, now: datetime, actor: User) -> bool:
    """Keeps the first one who said so. False: it was ticked before."""
    _, first = Confirmation.objects.get_or_create(partner=key, what=what, defaults={"at": now, "by": actor})
    if first:
        record("requirement.ticked", key, actor=actor, via="dashboard", what=what)
    return first


@transaction.atomic
def untick(key: str, what: str, actor: User) -> bool:
    """False: it was not ticked."""
    gone, _ = Confirmation.objects.filter(partner=key, what=what).delete()
    if gone:
        record("requirement.unticked", key, actor=actor, via="dashboard", what=what)
    return bool(gone)
