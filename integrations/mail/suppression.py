"""Unsubscribing: the link in each message, and who is not written to any more.

The link holds a number of ours and a keyed hash of the address, signed: it says to nobody who it belongs to, can't be
guessed, and stops the very address that was written to, though the person may have another one by then.
"""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse

from audiences.erasure import Erasures
from audiences.models import Profile
from config.team.models import User

from ..dispatch_models import Dispatch
from .models import Suppression

SIGNER = {"salt": "integrations.mail.unsubscribe", "sep": "."}


class NoSuchLink(ValueError):
    """It is not one of ours, or not whole."""


def digest(address: str) -> str:
    """By which an address is known again and not told: half of an HMAC under SECRET_KEY, in hex."""
    known = address.strip().casefold().encode()
    return hmac.new(settings.SECRET_KEY.encode(), b"suppressed:" + known, hashlib.sha256).hexdigest()[:32]


def link(address: str, dispatch: int | None) -> str:
    """Where whoever has this address unsubscribes. In a preview (None) it is one that does nothing."""
    signed = signing.Signer(**SIGNER).sign(f"{dispatch}-{digest(address)}")
    token = "preview" if dispatch is None else signed
    return settings.PUBLIC_URL + reverse("integrations:unsubscribe", args=[token])


def read(token: str) -> tuple[int, str]:
    """The number of the dispatch, and the digest of the address."""
    try:
        number, _, known = signing.Signer(**SIGNER).unsign(token).partition("-")
    except signing.BadSignature:
        raise NoSuchLink from None
    return int(number), known


def of(person: Profile) -> QuerySet[Suppression]:
    """What stops e-mail to this person: she herself, or whoever had her address."""
    theirs = Q(profile=person.pk)
    return Suppression.objects.filter(theirs | Q(digest=digest(person.email)) if person.email else theirs)


def by_link(token: str, now: datetime) -> None:
    """Done twice is done once. NoSuchLink where the token is not ours."""
    number, known = read(token)
    person = Dispatch.objects.filter(pk=number).values_list("profile", flat=True).first()
    stop(known, person, now)


def by_hand(person: Profile, actor: User, now: datetime) -> None:
    stop(digest(person.email or f"profile {person.pk}"), person.pk, now, actor)


def stop(known: str, person: int | None, now: datetime, actor: User | None = None) -> None:
    """Others may have had the same address, and said so, too."""
    if not Suppression.objects.filter(digest=known, profile=person).exists():
        rest = {"at": now, "actor": actor}
        Suppression.objects.get_or_create(digest=known, profile_id=person, defaults=rest)


def lift(person: Profile) -> bool:
    """What she said herself, and what is left of people who were erased, no longer stops it. What somebody else said
    who has the same address does. False: there was nothing to lift."""
    nobodys = Q(profile=None, digest=digest(person.email)) if person.email else Q()
    return bool(Suppression.objects.filter(Q(profile=person.pk) | nobodys).delete()[0])


def forget(erasures: Erasures, now: datetime) -> None:
    """For an erasure: the address stays as a hash, so that it is not written to again; whose it was, doesn't."""
    Suppression.objects.filter(profile__in=list(erasures)).update(profile=None)
