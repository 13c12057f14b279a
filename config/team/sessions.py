"""Where somebody is signed in: the sessions that allauth noted at sign-in, and that still work. Each can be ended."""

import re
from dataclasses import dataclass
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from .models import User, record

BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
           ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Row:
    session: UserSession
    words: str
    is_this: bool


def working(user: User) -> QuerySet[UserSession]:
    store = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=timezone.now())
    return UserSession.objects.filter(Exists(store), user=user).order_by("-created_at")


def rows(request: HttpRequest) -> list[Row]:
    """The latest first. The session that asks is always among them, though it may be older than the list."""
    this = request.session.session_key
    if not UserSession.objects.filter(session_key=this).exists():
        UserSession.objects.create_from_request(request)
    return [Row(one, in_words(one.user_agent), one.session_key == this) for one in working(request.user)]


def in_words(agent: str) -> str:
    """`Firefox on Windows`: enough to know one's own by."""
    browser = next((name for mark, name in BROWSERS if re.search(rf"\b{mark}", agent)), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


@transaction.atomic
def end(chosen: QuerySet[UserSession], user: User) -> int:
    """Signs out these sessions of hers; returns how many."""
    ended = drop(chosen.filter(user=user))
    if ended:
        record("session.ended", user.email, actor=user, via="dashboard", sessions=ended)
    return ended


def drop(chosen: QuerySet[UserSession]) -> int:
    keys = list(chosen.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


@transaction.atomic
def forget_others(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """After a new password no other session works; this takes them off the list, and tells the audit log."""
    drop(working(user).exclude(session_key=request.session.session_key))
    record("user.password_changed", user.email, actor=user, via="dashboard")
