"""Staff page for who is not written to: to look at. The address is not known here."""

from django.contrib import admin

from config.team.staff_pages import ByPerson

from .models import Suppression


@admin.register(Suppression)
class Suppressions(ByPerson):
    numbers = ("pk",)
    list_display = ["id", "profile_id", "at", "actor"]
    list_select_related = ["actor"]
    hidden = ("digest",)
    search_help_text = "the number of a suppression, or a person's external id, exactly"
