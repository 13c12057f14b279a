"""How a request shows that it is ours, new, and meant for whoever gets it: an HMAC-SHA256 over its time, method,
address and body (docs/webhooks.md)."""

import hashlib
import hmac
import secrets
from datetime import datetime

from cryptography.fernet import InvalidToken
from django.db import transaction

from config.team.models import User, record

from .models import SigningKey
from .request import Request

TIMESTAMP, SIGNATURE = "Audience-Sync-Timestamp", "Audience-Sync-Signature"
PREFIX = "whk_"


def signed(request: Request, at: int) -> dict[str, str]:
    """The two headers; `at` in seconds since 1970."""
    head = f"{at}\n{request.method}\n{request.address}\n".encode()
    digest = hmac.new(request.key.encode(), head + request.body, hashlib.sha256).hexdigest()
    return {TIMESTAMP: str(at), SIGNATURE: f"v1={digest}"}


def current() -> str | None:
    """The key; None where there is none, or no key of FERNET_KEYS opens it."""
    try:
        return SigningKey.objects.values_list("key", flat=True).first()
    except InvalidToken:
        return None


def about() -> SigningKey | None:
    """What is known of the key without opening it."""
    return SigningKey.objects.defer("key").select_related("set_by").first()


@transaction.atomic
def make(now: datetime, actor: User | None = None, via: str = "dashboard") -> str:
    """A new key in the place of the one before. It is returned this once."""
    key = PREFIX + secrets.token_urlsafe(32)
    SigningKey.objects.all().delete()
    SigningKey.objects.create(key=key, last4=key[-4:], set_at=now, set_by=actor)
    record("webhook.key_made", f"…{key[-4:]}", actor=actor, via=via)
    return key


def ensure(now: datetime) -> None:
    """So that nothing leaves unsigned: an Admin who wants to check signatures makes one that is shown."""
    if not SigningKey.objects.exists():
        make(now, via="launch")
