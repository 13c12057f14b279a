"""Telling people: who is told of what, in the dashboard and by e-mail.

Without a choice of her own, somebody who looks after the matter is told of all, anybody else of what concerns the
Canvases she made. Whoever may not sign in, or may see no Canvas, is told nothing.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import Permission
from django.db.models import Exists, OuterRef, Q, QuerySet

from . import letters
from .models import Notice, NoticeChoice, User

Reach = NoticeChoice.Reach
MAY_BE_TOLD = "canvas.view_canvas"


@dataclass(frozen=True)
class Kind:
    """`looked_after`: the permission of those who are told of all unless they chose otherwise."""

    label: str
    words: str
    looked_after: str


@dataclass(frozen=True)
class News:
    """`authors`: whose Canvases it concerns. `url`: where somebody is led who may open it, by her permissions."""

    kind: str
    about: str
    tone: str
    title: str
    text: str
    authors: Collection[int]
    url: Callable[[bool], str]
    """Of whether she looks after the matter."""


@dataclass(frozen=True)
class Reader:
    """Somebody who may be told, and of how much of one kind she is."""

    user: User
    looks_after: bool
    mail: str
    shown: str


KINDS: dict[str, Kind] = {}


def register(key: str, kind: Kind) -> None:
    KINDS[key] = kind


def holders(permission: str) -> QuerySet[User]:
    """Those who may sign in and have the permission."""
    app, _, code = permission.partition(".")
    wanted = Permission.objects.filter(codename=code, content_type__app_label=app)
    by_group, own = Exists(wanted.filter(group__user=OuterRef("pk"))), Exists(wanted.filter(user=OuterRef("pk")))
    return User.objects.filter(Q(is_superuser=True) | by_group | own, is_active=True)


def readers(kind: str) -> list[Reader]:
    """Everybody who may be told of this kind, by e-mail address."""
    return readers_of(kind)[kind]


def readers_of(*kinds: str) -> dict[str, list[Reader]]:
    """The same of several kinds, by two queries."""
    chosen = {(one.kind, one.user_id): one for one in NoticeChoice.objects.filter(kind__in=kinds)}
    keeps = {f"keeps_{kind}": Exists(holders(KINDS[kind].looked_after).filter(pk=OuterRef("pk"))) for kind in kinds}
    users = list(holders(MAY_BE_TOLD).annotate(**keeps).order_by("email"))
    return {kind: [reader(one, kind, chosen.get((kind, one.pk))) for one in users] for kind in kinds}


def reader(user: User, kind: str, choice: NoticeChoice | None) -> Reader:
    looks_after = getattr(user, f"keeps_{kind}")
    usual = Reach.ALL if looks_after else Reach.MINE
    return Reader(user, looks_after, choice.mail if choice else usual, choice.shown if choice else usual)


def tell(news: News, now: datetime) -> list[int]:
    """Writes a notice for each who is to be told, in the caller's transaction; their ids. E-mails leave by the worker.

    Where no mail server is set none is due: it would leave when one is set, long after.
    """
    rows = list(made(news, now))
    Notice.objects.bulk_create(rows)
    return [one.user_id for one in rows]


def made(news: News, now: datetime) -> Iterator[Notice]:
    for one in readers(news.kind):
        mine = one.user.pk in news.authors
        by_mail = wants(one.mail, mine) and letters.can_be_sent()
        if by_mail or wants(one.shown, mine):
            yield Notice(
                user=one.user, kind=news.kind, about=news.about, tone=news.tone, title=news.title[:200],
                text=news.text, url=news.url(one.looks_after), at=now, shown=wants(one.shown, mine),
                mail_at=now if by_mail else None,
            )  # fmt: skip


def wants(reach: str, mine: bool) -> bool:
    return reach == Reach.ALL or (reach == Reach.MINE and mine)


def unread(user: User) -> int:
    return Notice.objects.filter(user=user, shown=True, read_at=None).count()
