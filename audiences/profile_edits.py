"""Changing what is known of one person by hand: the way of the API, and a line in the audit log without her data."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from config.team.models import User, record

from . import changes
from .models import Profile
from .track import track


@transaction.atomic
def save(pk: int, said: Callable[[Profile], dict[str, Any] | None], now: datetime, actor: User) -> Profile | None:
    """Writes what `said` answers when it has seen her, locked; None keeps everything. Raises Profile.DoesNotExist.

    The answer has been read as the API would read it.
    """
    changes.begin()
    profile = Profile.objects.select_for_update().get(pk=pk)
    news = said(profile)
    if news is None:
        return None
    if news:
        refused = track({"attributes": [{"external_id": profile.external_id} | news]}, now).refused
        if refused:
            raise ValueError(refused[0][0])
        record("profile.changed", f"profile {pk}", actor=actor, via="dashboard", attributes=sorted(news))
    return profile
