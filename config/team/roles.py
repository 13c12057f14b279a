"""The three roles, as Django groups. Made after every migrate, so that a new permission reaches its role by itself.

A permission that no role names is nobody's but a superuser's.
"""

from collections.abc import Iterator

from django.contrib.auth.models import Group, Permission

VIEWER = ("canvas.view_canvas", "audiences.view_profile", "audiences.view_segment", "integrations.view_customaudience")
MARKETER = VIEWER + (
    "audiences.see_personal_data",
    "audiences.add_profile",
    "audiences.change_profile",
    "audiences.delete_profile",
    "audiences.add_segment",
    "audiences.change_segment",
    "audiences.delete_segment",
    "audiences.add_import",
    "canvas.add_canvas",
    "canvas.change_canvas",
    "canvas.launch_canvas",
    "integrations.retry_sync",
)
# What the Django admin shows beside what the dashboard does.
STAFF = (
    "auth.view_group",
    "team.view_invitation",
    "team.view_keptanswer",
    *(f"audiences.view_{name}" for name in ("customattribute", "erasure", "event", "eventname", "import", "purchase")),
    *(f"canvas.view_{name}" for name in ("arrival", "arrivalhour", "cohort", "entry", "entryrun", "revision", "step")),
    *(f"canvas.view_{name}" for name in ("conversion", "entryday", "listener", "wayconversion")),
    "canvas.view_trigger",
    "canvas.view_version",
    *(
        f"integrations.view_{name}"
        for name in ("adaccount", "attempt", "connectionsecret", "identity", "member", "removal", "syncbatch")
    ),
    "integrations.view_batchhour",
    "integrations.view_confirmation",
    "integrations.view_incident",
    "integrations.view_manifest",
    "team.view_notice",
    "team.view_noticechoice",
    "integrations.view_dispatch",
    "integrations.view_dispatchhour",
    "integrations.view_outlet",
    "mail.view_suppression",
    "webhook.view_signingkey",
)
ADMIN = MARKETER + (
    "integrations.view_connection",
    "integrations.change_connection",
    "team.view_user",
    "team.add_user",
    "team.change_user",
    "team.delete_user",
    "team.view_apikey",
    "team.add_apikey",
    "team.change_apikey",
    "team.view_auditevent",
    *STAFF,
)
ROLES = {"Viewer": VIEWER, "Marketer": MARKETER, "Admin": ADMIN}


def held_by(user) -> str:
    """The largest role of which somebody may do everything; empty where there is none. No query beside that for her
    permissions."""
    return next((role for role, names in reversed(ROLES.items()) if user.has_perms(names)), "")


def ensure_roles(using: str = "default", apps=None, **kwargs) -> None:
    """Gives each role the permissions that exist by now; safe to repeat."""
    found = {f"{label}.{code}": pk for pk, label, code in permissions(Permission.objects.using(using))}
    for role, names in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        group.permissions.add(*[found[name] for name in names if name in found])


def permissions(queryset) -> Iterator[tuple[int, str, str]]:
    return queryset.values_list("pk", "content_type__app_label", "codename")
