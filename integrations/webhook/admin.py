"""Staff page for the signing key: to look at. The key itself is never loaded."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.team.staff_pages import ReadOnly

from .models import SigningKey


@admin.register(SigningKey)
class SigningKeys(ReadOnly):
    list_display = ["last4", "set_at", "set_by"]
    list_select_related = ["set_by"]
    search_fields = ["last4"]
    hidden = ("key",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SigningKey]:
        return super().get_queryset(request).defer("key")
