"""A journey, its published versions, and where everybody in it stands.

People who stand at the same step and move together are one Cohort row; an Entry only says which cohort a person's trip
is in, so that moving ten thousand people is one update of one row. Entry, Arrival and Cohort are bulk tables: their
foreign keys have no database constraint (PostgreSQL's deferred checks cost 3.5 times the insert), the engine keeps
them right and `audit_sync` recounts them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .bulk_keys import bulk_key
from .conversion_models import Conversion, WayConversion
from .inbox_models import Listener, Trigger

__all__ = [
    "LIVE", "Arrival", "ArrivalHour", "Canvas", "Cohort", "Conversion", "Entry", "EntryDay", "EntryRun", "Listener",
    "Revision", "Step", "Trigger", "Version", "WayConversion", "bulk_key",
]  # fmt: skip


class Canvas(models.Model):
    """A journey. `document` is the draft; `edition` counts its saves, so that a second editor is noticed.

    Of what was launched, `drafting` says that somebody edits its next version; else the draft is what is live.
    """

    class Status(models.TextChoices):
        DRAFT = "draft"
        LAUNCHING = "launching"
        ACTIVE = "active"
        STOPPED = "stopped"
        ARCHIVED = "archived"

    name = models.CharField(max_length=100, unique=True)
    document = models.JSONField()
    edition = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    live_version = models.ForeignKey("Version", models.PROTECT, null=True, blank=True, related_name="+")
    drafting = models.BooleanField(default=False, editable=False, help_text="the document is the next version's draft")
    launch_token = models.BigIntegerField(null=True, editable=False)
    launch_until = models.DateTimeField(null=True, editable=False, help_text="later than this, the launch is dead")
    failures = models.PositiveIntegerField(default=0, editable=False, help_text="of the engine, in a row")
    failing_since = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False, help_text="a Canvas that fails rests until then")
    blueprint = models.CharField(max_length=40, blank=True, editable=False, help_text="the template it was made from")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "Canvases"
        permissions = [("launch_canvas", "Can launch, stop and resume a Canvas")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """It was launched and is not archived: people may be in it."""
        return self.status in LIVE

    @property
    def is_draft(self) -> bool:
        """The document may be changed: nothing is live yet, or it is the draft of the next version."""
        return self.status == self.Status.DRAFT or (self.drafting and self.is_live)

    @property
    def shown(self) -> dict:
        """The document that pages show: the draft, or what is live."""
        return self.document if self.is_draft or self.live_version is None else self.live_version.document

    @property
    def next_number(self) -> int:
        """Of the version that the draft becomes."""
        return self.live_version.number + 1 if self.live_version else 1


LIVE = (Canvas.Status.ACTIVE, Canvas.Status.STOPPED)


class Revision(models.Model):
    """One edition of a draft, and what was done to make it. Undo and redo walk over these; a second editor reads them.

    `before`: the edition whose state was changed, which is where undo leads; NULL for the first one that is known.
    `same_as`: the edition whose state undo or redo brought back; NULL where the state is a new one.
    """

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="revisions")
    edition = models.PositiveIntegerField()
    document = models.JSONField()
    what = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    via = models.CharField(max_length=100)
    at = models.DateTimeField()
    before = models.PositiveIntegerField(null=True, blank=True)
    same_as = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "edition"], name="revision_edition")]

    def __str__(self) -> str:
        return f"{self.canvas_id}.{self.edition} {self.what}"

    @property
    def who(self) -> str:
        return str(self.actor or self.via)


class Version(models.Model):
    """One published state of a Canvas: a frozen document.

    `onward`: by the key of each step that it has no more, where the people went who stood there ("": they left).
    """

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    document = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    via = models.CharField(max_length=100, default="", blank=True)
    onward = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "number"], name="version_number")]

    def __str__(self) -> str:
        return f"{self.canvas} {self.number}"

    @property
    def who(self) -> str:
        return str(self.published_by or self.via)


class Step(models.Model):
    """A step's identity: (canvas, key) for ever. Retired while no live version has it, never deleted.

    `last` is what the last version that had a retired step said of it; None for one that was only prepared.
    """

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="steps")
    key = models.CharField(max_length=60)
    type = models.CharField(max_length=40)
    retired = models.BooleanField(default=False)
    last = models.JSONField(null=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "key"], name="step_key")]

    def __str__(self) -> str:
        return self.key

    @property
    def was_live(self) -> bool:
        return not self.retired or self.last is not None


class EntryRun(models.Model):
    """One scheduled entry: it walks the profiles by id, a chunk a transaction, and remembers how far it came."""

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="entry_runs")
    planned_at = models.DateTimeField()
    cursor = models.BigIntegerField(default=0, help_text="the last profile id that was looked at")
    entered = models.PositiveBigIntegerField(default=0)
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "planned_at"], name="entry_run_once")]
        indexes = [models.Index(fields=["planned_at"], condition=Q(done=False), name="entry_run_due")]

    def __str__(self) -> str:
        return f"{self.canvas} {self.planned_at:%Y-%m-%d %H:%M}"


class Cohort(models.Model):
    """People of a Canvas who stand at one step and move together.

    `size` and the entries that point here change only under this row's lock. `move` stamps the rows of the transaction
    that is moving them; `branch` is the way by which they left their last step, `woken` the one by which an event lets
    them leave this one. Ended cohorts keep their last step.
    """

    canvas = bulk_key(Canvas)
    step = bulk_key(Step)
    parent = bulk_key("self", null=True)
    size = models.PositiveIntegerField()
    branch = models.CharField(max_length=60, db_default="")
    woken = models.CharField(max_length=60, db_default="")
    move = models.BigIntegerField(db_default=0)
    arrived_at = models.DateTimeField()
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Read by the engine (what is due), by the supervisor (when is anything due), by analytics (who is inside).
            models.Index(fields=["canvas", "due_at"], condition=Q(ended_at=None), name="cohort_due"),
            # Read by a split, to find the children that it just made.
            models.Index(fields=["parent"], condition=Q(parent__isnull=False), name="cohort_children"),
        ]


class Entry(models.Model):
    """One profile's one trip through one Canvas. The profile is NULL once that person was erased."""

    canvas = bulk_key(Canvas)
    profile = bulk_key("audiences.Profile", null=True, related_name="entries")
    trip = models.PositiveIntegerField()
    cohort = bulk_key(Cohort, related_name="entries")
    entered_at = models.DateTimeField()
    context = models.JSONField(null=True, help_text="the trigger's properties")

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            # Read by the next entering (last trip) and by the profile's page and erasure.
            models.UniqueConstraint(fields=["profile", "canvas", "trip"], name="entry_trip"),
        ]
        indexes = [
            # Read by splits and by the outbox.
            models.Index(fields=["cohort"], name="entry_cohort"),
        ]


class EntryDay(models.Model):
    """How many people entered a Canvas on a day of the company's calendar: what limits are held to."""

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="entry_days")
    day = models.DateField()
    n = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["canvas", "day"], name="entry_day_once")]

    def __str__(self) -> str:
        return f"{self.canvas_id} {self.day} {self.n}"


class Arrival(models.Model):
    """A journal line: `n` people reached `step` (None: the end) at this time, from `came_from` (None: they entered)."""

    canvas = bulk_key(Canvas)
    cohort = bulk_key(Cohort)
    step = bulk_key(Step, null=True, related_name="+")
    came_from = bulk_key(Step, null=True, related_name="+")
    branch = models.CharField(max_length=60, db_default="")
    at = models.DateTimeField()
    n = models.PositiveIntegerField()
    folded = models.BooleanField(db_default=False)

    class Meta:
        indexes = [
            # Read by analytics (the tail that no fold has taken yet) and by the fold.
            models.Index(fields=["canvas"], condition=Q(folded=False), name="arrival_tail"),
            # Read by a person's path.
            models.Index(fields=["cohort"], name="arrival_path"),
        ]


class ArrivalHour(models.Model):
    """The folded journal: the sum of the arrivals of one kind in one hour (UTC)."""

    canvas = models.ForeignKey(Canvas, models.CASCADE, related_name="+")
    step = models.ForeignKey(Step, models.CASCADE, null=True, related_name="+")
    came_from = models.ForeignKey(Step, models.CASCADE, null=True, related_name="+")
    branch = models.CharField(max_length=60, blank=True)
    hour = models.DateTimeField()
    n = models.PositiveBigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["canvas", "hour"], name="arrival_hour")]
