"""A way in for somebody who has no account: a link that works once, for a week. Of the link only a hash is kept.

Nobody else can sign up. Inviting the same address again puts a new link in place of the old one.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction

from . import people
from .models import Invitation, User, record

LASTS = timedelta(days=7)


@transaction.atomic
def invite(email: str, role: str, actor: User, now: datetime) -> tuple[Invitation, str]:
    """The invitation and, this once, the secret of its link. The caller sends it when this is committed."""
    text = secrets.token_urlsafe(32)
    news = {"role": role, "digest": digest(text), "made_by": actor, "made_at": now, "expires_at": now + LASTS}
    invitation, _ = Invitation.objects.update_or_create(email=email, defaults=news)
    record("user.invited", email, actor=actor, via=people.VIA, role=role)
    return invitation, text


@transaction.atomic
def withdraw(pk: int, actor: User) -> str:
    """The address that can't come in any more; empty where somebody did, or another admin was faster."""
    invitation = Invitation.objects.select_for_update().filter(pk=pk).first()
    if invitation is None:
        return ""
    invitation.delete()
    record("user.invitation_withdrawn", invitation.email, actor=actor, via=people.VIA)
    return invitation.email


def opened(kept: str, now: datetime) -> Invitation | None:
    """The invitation with this digest, while it works."""
    return Invitation.objects.filter(digest=kept, expires_at__gt=now).first() if kept else None


@transaction.atomic
def accept(kept: str, now: datetime, name: str, password: str) -> User | None:
    """The new account; None where the link doesn't work any more: of two at once, one gets in."""
    invitation = Invitation.objects.select_for_update().filter(digest=kept, expires_at__gt=now).first()
    if invitation is None or User.objects.filter(email=invitation.email).exists():
        return None
    invitation.delete()
    user = people.join(invitation.email, name, invitation.role, password)
    record("user.joined", user.email, actor=user, via="invitation", role=invitation.role)
    return user


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
