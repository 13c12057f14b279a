"""What stands around every page: the menu that a person's role opens, the sandbox strip, and how Facebook stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from config.team import notices, roles
from config.team.models import User
from integrations import standing
from integrations.facebook.graph import is_sandbox


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    url: str
    current: bool


@dataclass(frozen=True)
class Group:
    title: str
    items: list[Item]


# Title, then (label, icon, URL name, permission, what the paths below it begin with).
MENU = (
    ("", (
        ("Home", "home", "home", "canvas.view_canvas", None),
        ("Canvases", "canvas", "canvas:list", "canvas.view_canvas", "/canvases/"),
    )),
    ("Audience", (
        ("Profiles", "person", "audiences:profiles", "audiences.view_profile", "/audience/profiles/"),
        ("Segments", "people", "audiences:segments", "audiences.view_segment", "/audience/segments/"),
        ("Erasures", "shield", "audiences:erasures", "audiences.delete_profile", "/audience/erasures/"),
        ("Imports", "import", "audiences:imports", "audiences.add_import", "/audience/imports/"),
    )),
    ("Sending", (
        ("Technology Partners", "plug", "integrations:partners", "integrations.view_connection", "/partners/"),
        (
            "Custom audiences", "list-circle", "integrations:audiences", "integrations.view_customaudience",
            "/partners/audiences/",
        ),
    )),
    ("Settings", (
        ("People", "people", "team:people", "team.view_user", "/settings/people/"),
        ("Audit log", "outline", "team:audit", "team.view_auditevent", "/settings/audit/"),
        ("API keys", "key", "team:keys", "team.view_apikey", "/settings/keys/"),
        (
            "Webhook signing", "webhook", "integrations:webhook_key", "integrations.change_connection",
            "/partners/webhook/",
        ),
    )),
    ("", (("Help", "help", "help", "canvas.view_canvas", "/help/"),)),
)  # fmt: skip


def around(request: HttpRequest) -> dict[str, Any]:
    """The context processor. What only the rail shows is looked up when it is drawn: a fragment has none."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"sandbox": is_sandbox()}
    return {
        "sandbox": is_sandbox(),
        "brand": settings.BRAND_NAME,
        "role": cache(lambda: roles.held_by(user) or "No role"),
        "navigation": list(menu(request)),
        "unread": cache(lambda: notices.unread(user)),
        "standing": cache(lambda: standing.of_connection(user, "facebook")),
    }


def menu(request: HttpRequest) -> Iterator[Group]:
    for title, rows in MENU:
        items = [item(request, *row[:3], row[4]) for row in rows if request.user.has_perm(row[3])]
        if items:
            yield Group(title, items)


def item(request: HttpRequest, label: str, icon: str, name: str, below: str | None) -> Item:
    url = reverse(name)
    return Item(label, icon, url, place(request.path) == (below or url))


def place(path: str) -> str:
    """What the path lies below: of two, the longer one. Home lies below nothing."""
    below = (row[4] for _, rows in MENU for row in rows if row[4] and path.startswith(row[4]))
    return max(below, key=len, default=path)
