"""Staff pages for people and segments: to look at. Changes go through imports, the API and the dashboard."""

from django.contrib import admin

from config.team.staff_pages import ByPerson, PersonalData, ReadOnly

from .models import CustomAttribute, Erasure, Event, EventName, Import, Profile, Purchase, Segment


@admin.register(Profile)
class Profiles(PersonalData, ReadOnly):
    list_display = ["external_id", "email", "first_name", "last_name", "country", "updated_at"]
    search_fields = ["external_id__exact"]
    search_help_text = "an external id, exactly"


@admin.register(Event)
class Events(ByPerson):
    list_display = ["id", "profile", "name", "time"]
    list_select_related = ["profile"]


@admin.register(Purchase)
class Purchases(ByPerson):
    list_display = ["id", "profile", "product_id", "quantity", "price", "currency", "time"]
    list_select_related = ["profile"]


@admin.register(CustomAttribute)
class CustomAttributes(ReadOnly):
    list_display = ["name", "type", "created_at"]
    search_fields = ["name"]
    ordering = ["name"]


@admin.register(EventName)
class EventNames(ReadOnly):
    list_display = ["name"]
    search_fields = ["name"]
    ordering = ["name"]


@admin.register(Segment)
class Segments(ReadOnly):
    list_display = ["name", "created_at", "updated_at"]
    search_fields = ["name"]
    ordering = ["name"]


@admin.register(Import)
class Imports(ReadOnly):
    list_display = ["file_name", "state", "rows", "created", "updated", "refused", "started_at", "finished_at"]
    list_filter = ["state"]
    search_fields = ["file_name"]


@admin.register(Erasure)
class Erasures(ReadOnly):
    list_display = ["number", "at", "places", "via", "actor"]
    list_select_related = ["actor"]
    search_fields = ["number__exact"]
    search_help_text = "a receipt's number, exactly"
    hidden = ("who",)
