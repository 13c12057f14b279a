"""Creating a custom audience so that a time-out, a crash or a double click never makes two.

The row and its random mark are committed first, and the mark goes into the description; after any doubt the account is
searched for the mark, and only a match of the mark is adopted, never one of the name.
"""

import secrets
from datetime import datetime, timedelta

from django.db.models import F

from canvas.models import Step

from . import partner
from .errors import Unavailable
from .models import AdAccount, CustomAudience

LEASE = timedelta(seconds=120)
State = CustomAudience.State


def audience_for(step: Step, account: AdAccount, name: str, fields: list[str]) -> CustomAudience:
    """The row for the step's audience of that name in that account.

    One that is there keeps its fields: people may be on their way to it. A version that goes live sets them.
    """
    made = {"fields": fields, "mark": secrets.token_hex(16)}
    audience, _ = CustomAudience.objects.get_or_create(step=step, ad_account=account, name=name, defaults=made)
    return audience


def ensure_created(audience: CustomAudience, now: datetime) -> None:
    """Makes the audience at the partner if it is not there; idempotent. Raises PartnerError kinds."""
    if audience.state == State.READY:
        return
    token = take(audience, now)
    doubtful = audience.create_tries > 1
    try:
        adopt_or_create(audience, doubtful)
        store = {"partner_id": audience.partner_id, "state": State.READY}
        CustomAudience.objects.filter(pk=audience.pk, lease_token=token).update(**store)
    finally:
        CustomAudience.objects.filter(pk=audience.pk, lease_token=token).update(lease_token=None, lease_until=None)
    audience.refresh_from_db()


def is_taken(audience: CustomAudience, now: datetime) -> bool:
    """Somebody is making it right now."""
    return audience.lease_until is not None and audience.lease_until >= now


def take(audience: CustomAudience, now: datetime) -> int:
    """Leases the creation and counts the try, before anything leaves."""
    token = secrets.randbelow(2**62) + 1
    rows = CustomAudience.objects.filter(pk=audience.pk, state=State.CREATING)
    unleased = rows.filter(lease_until=None) | rows.filter(lease_until__lt=now)
    if not unleased.update(lease_token=token, lease_until=now + LEASE, create_tries=F("create_tries") + 1):
        raise Unavailable("It is being made at this moment.")
    audience.refresh_from_db(fields=["create_tries"])
    return token


def adopt_or_create(audience: CustomAudience, doubtful: bool) -> None:
    its_partner = partner.of(audience.ad_account.connection)
    found = its_partner.find_audience(audience) if doubtful else None
    try:
        audience.partner_id = found or its_partner.create_audience(audience)
    except Unavailable:
        audience.partner_id = its_partner.find_audience(audience) or ""
        if not audience.partner_id:
            raise
