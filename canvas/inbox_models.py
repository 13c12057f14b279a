"""What a live Canvas waits for, and its inbox: what is to be done with people because of what they did."""

from django.db import models
from django.db.models.functions import Now

from .bulk_keys import bulk_key


class Listener(models.Model):
    """What a live Canvas waits for: an event or a purchase, and what is to be done with the person who did it.

    `asked` is the part of the document that names the event or purchase, with conditions on its properties; `event` is
    the event's name, or empty. `step` and `way` say who is woken by it (an Action Paths), `way` alone which conversion
    it is.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry"
        CONVERSION = "conversion"
        EXIT = "exit"
        WAKE = "wake"

    canvas = models.ForeignKey("canvas.Canvas", models.CASCADE, related_name="listeners")
    kind = models.CharField(max_length=10, choices=Kind)
    step = models.ForeignKey("canvas.Step", models.CASCADE, null=True, related_name="+")
    way = models.CharField(max_length=60, blank=True)
    event = models.CharField(max_length=100, db_index=True)
    asked = models.JSONField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.kind} {self.event}"


class Trigger(models.Model):
    """A row of the inbox: something is to be done with a person's trip, because of an event or since a program says so.

    `happened_at` is the event's own time, `at` when it was heard.
    """

    Kind = Listener.Kind
    canvas = models.ForeignKey("canvas.Canvas", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind, db_default=Kind.ENTRY)
    step = bulk_key("canvas.Step", null=True, related_name="+")
    way = models.CharField(max_length=60, db_default="")
    profile = bulk_key("audiences.Profile", related_name="+")
    at = models.DateTimeField()
    happened_at = models.DateTimeField(db_default=Now())
    context = models.JSONField(help_text="the trigger's properties")

    class Meta:
        indexes = [
            # Read by the engine.
            models.Index(fields=["canvas", "at"], name="trigger_waiting"),
            # Read by erasure.
            models.Index(fields=["profile"], name="trigger_profile"),
        ]

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.kind} {self.at:%Y-%m-%d %H:%M}"
