"""Makes and revokes API keys, with a line in the audit log; by hand or by a command."""

from django.db import transaction
from django.utils import timezone

from .models import ApiKey, User, record

COMMAND = "command line"


@transaction.atomic
def make(name: str, scopes: list[str], actor: User | None = None, via: str = COMMAND) -> str:
    """The text of a new key: it is shown now and never again. ValidationError: there is no such scope."""
    key, text = ApiKey.make(name, scopes, actor)
    record("api_key.created", str(key), actor=actor, via=via, scopes=scopes)
    return text


@transaction.atomic
def revoke(key: ApiKey, actor: User | None = None, via: str = COMMAND) -> bool:
    """It stops working at once. False: it was revoked before."""
    is_now = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()) == 1
    if is_now:
        record("api_key.revoked", str(key), actor=actor, via=via)
    return is_now
