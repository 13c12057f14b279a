"""Staff pages for Canvases and where people stand in them: to look at. The engine owns every row."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.team.staff_pages import ByNumber, ByPerson, ReadOnly

from .models import (
    Arrival,
    ArrivalHour,
    Canvas,
    Cohort,
    Conversion,
    Entry,
    EntryDay,
    EntryRun,
    Listener,
    Revision,
    Step,
    Trigger,
    Version,
    WayConversion,
)


@admin.register(Canvas)
class Canvases(ReadOnly):
    list_display = ["name", "status", "edition", "author", "created_at", "updated_at"]
    list_filter = ["status"]
    list_select_related = ["author"]
    search_fields = ["name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Canvas]:
        return super().get_queryset(request).defer("document")


@admin.register(Revision)
class Revisions(ReadOnly):
    list_display = ["id", "canvas", "edition", "what", "actor", "via", "at"]
    list_select_related = ["canvas", "actor"]
    search_fields = ["canvas__name", "what"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).defer("document", "canvas__document")


@admin.register(Version)
class Versions(ReadOnly):
    list_display = ["id", "canvas", "number", "published_at", "published_by"]
    list_select_related = ["canvas", "published_by"]
    search_fields = ["canvas__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        return super().get_queryset(request).defer("document", "canvas__document")


@admin.register(Step)
class Steps(ReadOnly):
    list_display = ["id", "canvas", "key", "type", "retired"]
    list_filter = ["type", "retired"]
    list_select_related = ["canvas"]
    search_fields = ["key", "canvas__name"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        return super().get_queryset(request).defer("canvas__document")


@admin.register(EntryRun)
class EntryRuns(ReadOnly):
    list_display = ["id", "canvas_id", "planned_at", "entered", "done"]
    list_filter = ["done"]
    search_fields = ["canvas__name"]


@admin.register(Trigger)
class Triggers(ByPerson):
    list_display = ["id", "canvas_id", "profile_id", "at"]


@admin.register(Cohort)
class Cohorts(ByNumber):
    numbers = ("pk", "parent")
    list_display = ["id", "canvas_id", "step_id", "size", "arrived_at", "due_at", "ended_at"]
    search_help_text = "a cohort's number: it and its children"


@admin.register(Entry)
class Entries(ByPerson):
    numbers = ("pk", "cohort")
    list_display = ["id", "canvas_id", "profile_id", "trip", "cohort_id", "entered_at"]
    search_help_text = "the number of an entry or a cohort, or a person's external id, exactly"


@admin.register(Conversion)
class Conversions(ByNumber):
    numbers = ("pk", "entry")
    list_display = ["id", "canvas_id", "entry_id", "name", "at"]
    search_help_text = "the number of a conversion or an entry"


@admin.register(WayConversion)
class WayConversions(ByNumber):
    numbers = ("pk", "step")
    list_display = ["id", "step_id", "branch", "name", "n"]
    search_help_text = "the number of a row or a step"


@admin.register(EntryDay)
class EntryDays(ByNumber):
    numbers = ("pk", "canvas")
    list_display = ["id", "canvas_id", "day", "n"]
    search_help_text = "the number of a row or a Canvas"


@admin.register(Listener)
class Listeners(ByNumber):
    numbers = ("pk", "canvas")
    list_display = ["id", "canvas_id", "kind", "step_id", "way", "event", "since", "until"]
    search_help_text = "the number of a row or a Canvas"


@admin.register(Arrival)
class Arrivals(ByNumber):
    numbers = ("pk", "cohort")
    list_display = ["id", "canvas_id", "step_id", "came_from_id", "branch", "at", "n", "folded"]
    search_help_text = "the number of an arrival or a cohort"


@admin.register(ArrivalHour)
class ArrivalHours(ByNumber):
    numbers = ("pk", "canvas")
    list_display = ["id", "canvas_id", "step_id", "came_from_id", "branch", "hour", "n"]
    search_help_text = "the number of a row or a Canvas"
