"""Notices that leave by e-mail, in the worker: at least once each.

A claim moves the time of the next try on and is committed before anything leaves; so a crash repeats the one that was
on its way, and nothing else.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Min
from django.urls import reverse

from . import letters
from .models import Notice

TURN = 5.0
"""Seconds after which the rest is left to the next pass: a mail server that is slow must not hold up sending."""
LEASE = timedelta(minutes=5)
LONGEST = timedelta(hours=1)
MOST_TRIES = 30
"""About a day. What is told then is told by nobody any more: it stands in the dashboard."""


def next_due() -> datetime | None:
    return Notice.objects.filter(mail_at__isnull=False, user__is_active=True).aggregate(at=Min("mail_at"))["at"]


def send_due(clock: Callable[[], datetime]) -> int:
    """Sends what is due until that is all, the turn is over, or the server takes nothing; returns how many left."""
    sent, end = 0, time.monotonic() + TURN
    while time.monotonic() < end and (notice := claim(clock())):
        if not letters.send(notice.user.email, subject(notice), body(notice)):
            put_off(notice, clock())
            break
        Notice.objects.filter(pk=notice.pk).update(mail_at=None, mailed_at=clock())
        sent += 1
    return sent


def claim(now: datetime) -> Notice | None:
    """The one that waited longest; of two workers one gets it."""
    rows = Notice.objects.filter(mail_at__lte=now, user__is_active=True).select_related("user")
    for notice in rows.order_by("mail_at", "pk")[:5]:
        mine = Notice.objects.filter(pk=notice.pk, mail_at=notice.mail_at)
        if mine.update(mail_at=now + LEASE, mail_tries=F("mail_tries") + 1):
            return notice
    return None


def put_off(notice: Notice, now: datetime) -> None:
    tries = notice.mail_tries + 1
    later = now + min(timedelta(minutes=2 ** min(tries, 10)), LONGEST)
    Notice.objects.filter(pk=notice.pk).update(mail_at=later if tries < MOST_TRIES else None)


def subject(notice: Notice) -> str:
    where = settings.BRAND_NAME or "Audience Sync"
    return " ".join(f"[{where}] {notice.title}".split())


def body(notice: Notice) -> str:
    """With links only where PUBLIC_URL says where the dashboard stands."""
    here = settings.PUBLIC_URL.rstrip("/")
    links = [f"{here}{notice.url}"] if here and notice.url else []
    where = f"at {here}{reverse('team:notices')}" if here else "under Notices"
    return "\n\n".join([notice.text, *links, f"-- \nWhat you are told of is chosen {where}"])
