"""What pages of the Django admin have in common: most rows belong to the engine, so staff look and don't touch.

Big tables are never counted whole nor sorted by what has no index; people's data needs its own permission.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

PAGED = 10_000


class FirstRows(Paginator):
    """Pages through the first ten thousand rows: counting millions to show fifty is not worth the wait."""

    @property
    def count(self) -> int:
        return self.object_list[:PAGED].count()


class ReadOnly(admin.ModelAdmin):
    """Every field is shown, none can be changed; `hidden` ones are not even read for the list."""

    actions = None
    hidden: tuple[str, ...] = ()
    list_per_page = 50
    ordering = ["-pk"]
    paginator = FirstRows
    show_full_result_count = False
    sortable_by = ()

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return [field.attname for field in self.opts.concrete_fields if field.name not in self.hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ByNumber(ReadOnly):
    """Searched by ids that have an index; anything else finds nothing."""

    numbers: tuple[str, ...] = ("pk",)
    search_fields = ("pk",)
    search_help_text = "a number, exactly"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = search_term.strip()
        return (queryset.filter(self.wanted(term)) if term else queryset), False

    def wanted(self, term: str) -> Q:
        if not (term.isascii() and term.isdecimal() and len(term) < 19):
            return Q(pk__in=[])
        return reduce(or_, (Q(**{name: int(term)}) for name in self.numbers))


class PersonalData:
    """Only for those who may see personal data."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and request.user.has_perm("audiences.see_personal_data")


class ByPerson(PersonalData, ByNumber):
    """Also searched by a person's external id, which is looked up first: a join in an OR would read the whole table."""

    search_help_text = "a number, or a person's external id, exactly"

    def wanted(self, term: str) -> Q:
        people = self.opts.get_field("profile").related_model.objects.filter(external_id=term)
        return super().wanted(term) | Q(profile__in=list(people.values_list("pk", flat=True)))
