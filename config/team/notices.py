"""Telling people: who is told of what, in the dashboard and by e-mail.

Without a choice of her own, somebody who looks after the matter is told of all, anybody else of what concerns the
Canvases she made. Whoever may not sign in, or may see no Canvas, is told nothing.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

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


def holders(permission: str) -> set[int]:
    """Ids of those who may sign in and have the permission."""
    app, _, code = permission.partition(".")
    of_group = {"groups__permissions__codename": code, "groups__permissions__content_type__app_label": app}
    own = {"user_permissions__codename": code, "user_permissions__content_type__app_label": app}
    rows = User.objects.filter(Q(is_superuser=True) | Q(**of_group) | Q(**own), is_active=True)
    return set(rows.values_list("pk", flat=True))


def readers(kind: str) -> Iterator[Reader]:
    """Everybody who may be told of this kind, by e-mail address; a constant number of queries."""
    chosen = {one.user_id: one for one in NoticeChoice.objects.filter(kind=kind)}
    keepers = holders(KINDS[kind].looked_after)
    for user in User.objects.filter(pk__in=holders(MAY_BE_TOLD)).order_by("email"):
        choice, looks_after = chosen.get(user.pk), user.pk in keepers
        usual = Reach.ALL if looks_after else Reach.MINE
        yield Reader(user, looks_after, choice.mail if choice else usual, choice.shown if choice else usual)


def tell(news: News, now: datetime) -> int:
    """Writes a notice for each who is to be told, in the caller's transaction; how many. E-mails leave by the worker.

    Where no mail server is set none is due: it would leave when one is set, long after.
    """
    rows = list(made(news, now))
    Notice.objects.bulk_create(rows)
    return len(rows)


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
