"""Staff pages for partners and what goes out to them: to look at. No secret is read, let alone shown."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from config.team.staff_pages import ByNumber, ByPerson, ReadOnly

from .models import (
    AdAccount,
    Attempt,
    BatchHour,
    Confirmation,
    Connection,
    ConnectionSecret,
    CustomAudience,
    Dispatch,
    DispatchHour,
    Identity,
    Incident,
    Manifest,
    Member,
    Outlet,
    Removal,
    SyncBatch,
)  # fmt: skip


@admin.register(Connection)
class Connections(ReadOnly):
    list_display = ["partner", "reachable", "checked_at", "pause_kind", "paused_since", "paused_until"]
    search_fields = ["partner"]


@admin.register(Confirmation)
class Confirmations(ReadOnly):
    list_display = ["partner", "what", "at", "by"]
    list_select_related = ["by"]
    search_fields = ["partner", "what"]


@admin.register(ConnectionSecret)
class ConnectionSecrets(ReadOnly):
    """The token itself is never loaded."""

    list_display = ["connection", "last4", "set_at", "set_by"]
    list_select_related = ["connection", "set_by"]
    search_fields = ["connection__partner", "last4"]
    hidden = ("token", "fingerprint")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConnectionSecret]:
        return super().get_queryset(request).defer("token", "fingerprint")


@admin.register(AdAccount)
class AdAccounts(ReadOnly):
    list_display = ["account_id", "name", "accessible", "audiences", "tier", "pause_kind", "paused_until"]
    list_filter = ["accessible", "pause_kind"]
    search_fields = ["account_id", "name"]


@admin.register(CustomAudience)
class CustomAudiences(ReadOnly):
    list_display = ["id", "name", "ad_account", "state", "partner_id", "last_sent_at", "pause_kind", "paused_until"]
    list_filter = ["state", "pause_kind"]
    list_select_related = ["ad_account"]
    search_fields = ["name", "partner_id"]


@admin.register(SyncBatch)
class SyncBatches(ByNumber):
    numbers = ("pk", "audience")
    list_display = ["id", "audience_id", "state", "size", "tries", "cause", "next_attempt_at", "settled_at"]
    list_filter = ["state"]
    search_help_text = "the number of a batch or a custom audience"


@admin.register(BatchHour)
class BatchHours(ByNumber):
    numbers = ("pk", "audience")
    list_display = ["id", "audience_id", "settled_at", "state", "cause", "size", "missing", "refused", "withdrawn"]
    search_help_text = "the number of a row or a custom audience"


@admin.register(DispatchHour)
class DispatchHours(ByNumber):
    numbers = ("pk", "outlet")
    list_display = ["id", "outlet_id", "settled_at", "state", "cause", "status", "people"]
    search_help_text = "the number of a row or an outlet"


@admin.register(Member)
class Members(ByPerson):
    numbers = ("pk", "batch")
    list_display = ["id", "batch_id", "entry_id", "profile_id", "verdict", "reason"]
    search_help_text = "the number of a member or a batch, or a person's external id, exactly"


@admin.register(Attempt)
class Attempts(ByNumber):
    numbers = ("pk", "batch")
    list_display = ["id", "batch_id", "number", "started_at", "milliseconds", "outcome", "code", "subcode", "trace_id"]
    search_help_text = "the number of an attempt or a batch"


@admin.register(Manifest)
class Manifests(ByNumber):
    numbers = ("pk",)
    list_display = ["batch_id", "fields"]
    search_help_text = "the number of a batch"


@admin.register(Outlet)
class Outlets(ByNumber):
    numbers = ("pk", "step")
    list_display = ["id", "step_id", "channel", "turn_at", "failures", "held_since", "held_until", "held_for"]
    list_filter = ["channel"]
    search_help_text = "the number of an outlet or a step"


@admin.register(Dispatch)
class Dispatches(ByPerson):
    numbers = ("pk", "outlet")
    list_display = ["id", "outlet_id", "entry_id", "profile_id", "state", "attempts", "next_attempt_at", "settled_at"]
    search_help_text = "the number of a dispatch or an outlet, or a person's external id, exactly"


@admin.register(Removal)
class Removals(ByNumber):
    numbers = ("pk", "audience")
    list_display = ["id", "erasure_id", "audience_id", "state", "tries", "cause", "next_attempt_at", "settled_at"]
    list_filter = ["state"]
    search_help_text = "the number of a removal or a custom audience"


@admin.register(Incident)
class Incidents(ReadOnly):
    list_display = ["began_at", "ended_at", "scope", "name", "tone", "headline", "told_at", "tell_at"]
    list_filter = ["scope", "tone"]
    search_fields = ["name", "headline"]


@admin.register(Identity)
class Identities(ByNumber):
    """The cells themselves are never loaded."""

    numbers = ("pk", "removal", "audience")
    list_display = ["id", "removal_id", "audience_id"]
    search_help_text = "the number of an identity, a removal or a custom audience"
    hidden = ("cells", "digest")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Identity]:
        return super().get_queryset(request).defer("cells", "digest")
