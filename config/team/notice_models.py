"""What people of the dashboard are told of, and of what each of them chose to be told."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One thing that one person is told. `mail_at`: when the e-mail is due; null where none is wanted, or it went."""

    class Tone(models.TextChoices):
        BAD = "bad"
        WARN = "warn"
        GOOD = "good"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60, help_text="what it is about, the same for all that is told of it")
    tone = models.CharField(max_length=4, choices=Tone)
    title = models.CharField(max_length=200)
    text = models.TextField()
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    shown = models.BooleanField(default=True, help_text="in the dashboard; else it is for the e-mail alone")
    read_at = models.DateTimeField(null=True, blank=True)
    mail_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "team"
        ordering = ["-at", "-pk"]
        indexes = [
            # Read by the page of notices and by the number beside the bell.
            models.Index(fields=["user", "-at"], name="notice_of_user"),
            # Read by the worker.
            models.Index(fields=["mail_at"], condition=Q(mail_at__isnull=False), name="notice_to_mail"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeChoice(models.Model):
    """Of what kind of news one person wants to be told, and how; without a row her role decides."""

    class Reach(models.TextChoices):
        ALL = "all", "All"
        MINE = "mine", "Those of my Canvases"
        NONE = "none", "None"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    mail = models.CharField(max_length=4, choices=Reach)
    shown = models.CharField(max_length=4, choices=Reach)

    class Meta:
        app_label = "team"
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="chosen_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.mail} by e-mail, {self.shown} here"
