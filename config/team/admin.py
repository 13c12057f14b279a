"""Staff pages for the people who use the dashboard: names, addresses and passwords; the rest is to look at.

Roles, and who may sign in, are changed on People only: there an admin always remains, and the audit log tells it.
"""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .models import ApiKey, AuditEvent, Invitation, KeptAnswer, Notice, NoticeChoice, User, record
from .people import role_of
from .staff_pages import FirstRows, ReadOnly

VIA = "Django admin"


class AccountForm(UserChangeForm):
    password = None

    class Meta:
        model = User
        fields = "__all__"
        field_classes = {}

    def clean_email(self) -> str:
        return self.cleaned_data["email"].strip().lower()


@admin.register(User)
class Accounts(UserAdmin):
    """Nobody is made here, they are invited; nobody is deleted: the audit log names them. Only a superuser touches a
    superuser."""

    form = AccountForm
    actions = None
    paginator = FirstRows
    show_full_result_count = False
    ordering = ["email"]
    list_display = ["email", "name", "roles", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff", "groups"]
    search_fields = ["email", "name"]
    filter_horizontal = ()
    readonly_fields = ["is_active", "is_staff", "roles", "last_login", "date_joined", "password_page"]
    fieldsets = [
        (None, {"fields": ["email", "name", "time_zone", "password_page"]}),
        ("May", {"fields": ["is_active", "is_staff", "roles"]}),
        ("When", {"fields": ["last_login", "date_joined"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="role")
    def roles(self, user: User) -> str:
        return role_of(user) or "none"

    @admin.display(description="password")
    def password_page(self, user: User) -> SafeString:
        where = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('It is kept as a hash. <a href="{}">Set another one</a>', where)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not obj.is_superuser or request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("user.changed", obj.email, actor=request.user, via=VIA, fields=sorted(form.changed_data))

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """The password, and the line that says so, both or neither."""
        return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: User, message: object) -> None:
        super().log_change(request, obj, message)
        if request.resolver_match.url_name == "auth_user_password_change":
            record("user.password_set", obj.email, actor=request.user, via=VIA)


admin.site.unregister(Group)


@admin.register(Group)
class Roles(ReadOnly):
    """Made by the program after every migrate; a change here would come undone."""

    ordering = ["name"]
    list_display = ["name"]
    search_fields = ["name"]

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> list[str]:
        return ["name", "may"]

    def may(self, group: Group) -> str:
        names = group.permissions.values_list("content_type__app_label", "codename")
        return ", ".join(sorted(".".join(pair) for pair in names))


@admin.register(ApiKey)
class ApiKeys(ReadOnly):
    hidden = ("digest",)
    list_display = ["name", "prefix", "scopes", "created_by", "created_at", "last_used_at", "revoked_at"]
    list_select_related = ["created_by"]
    search_fields = ["name", "prefix"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).defer("digest")


@admin.register(Invitation)
class Invitations(ReadOnly):
    hidden = ("digest",)
    list_display = ["email", "role", "made_by", "made_at", "expires_at"]
    list_select_related = ["made_by"]
    search_fields = ["email"]


@admin.register(KeptAnswer)
class KeptAnswers(ReadOnly):
    """For the repeats of calls with an Idempotency-Key."""

    hidden = ("name", "call")
    list_display = ["at", "api_key", "body"]
    list_select_related = ["api_key"]


@admin.register(AuditEvent)
class AuditLog(ReadOnly):
    list_display = ["at", "action", "target", "actor", "via"]
    list_select_related = ["actor"]
    search_fields = ["action__startswith", "target__startswith"]
    search_help_text = "the beginning of an action or a target"
    ordering = ["-at", "-pk"]


@admin.register(Notice)
class Notices(ReadOnly):
    list_display = ["at", "user", "kind", "tone", "title", "read_at", "mail_at", "mailed_at", "mail_tries"]
    list_filter = ["kind", "tone"]
    list_select_related = ["user"]
    search_fields = ["user__email", "title"]


@admin.register(NoticeChoice)
class NoticeChoices(ReadOnly):
    list_display = ["user", "kind", "mail", "shown"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
