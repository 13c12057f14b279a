"""A custom audience that was deleted at the partner is made again, and all its people are sent again.

The row, its batches and their members stay: the audience gets a new mark, and then a new id at the partner. That it is
wanted is committed with the batches that it re-opens, before anything leaves; whoever finishes it (the page that asked,
or after a crash the worker's probe) creates it by the mark, so there is never a second one.
"""

import secrets
from datetime import datetime

from audiences import changes
from config.team.models import User, record

from . import by_hand, creating, outbox, partner, pauses, removing
from .errors import AudienceGone, PartnerError
from .models import CustomAudience, SyncBatch
from .numbers import sums

State = CustomAudience.State


class NothingToMake(Exception):
    """In a sentence, why not: nothing was changed."""


AFRESH = ("former_ids", "state", "partner_id", "mark", "create_tries")
THERE = "It is there: nothing had to be made."
ON_THE_WAY = "It is being made at this moment."


def can_be(audience: CustomAudience) -> bool:
    """It was deleted, or is being made again and not there yet."""
    return audience.is_faulty and (audience.pause_kind == AudienceGone.__name__ or audience.state == State.CREATING)


def what_happens(audience: CustomAudience) -> dict[str, int]:
    """Whom it concerns: sent before, waiting, given up."""
    batches = SyncBatch.objects.filter(audience=audience)
    waiting = sum(vars(by_hand.waiting(batches)).values())
    sent = batches.aggregate(n=sums()["synced"])["n"]
    return {"sent": sent, "waiting": waiting, "given_up": by_hand.given_up(batches)}


def recreate(
    audience: CustomAudience, now: datetime, actor: User | None = None, via: str = "command line", again: bool = False
) -> None:
    """Makes it now; `again`: who was given up is sent again too. NothingToMake where it is there, or under way.

    PartnerError: it was not made. `audience.state` tells whether it was begun: then the worker goes on trying, and the
    audience says why it is not there yet; else nothing was changed.
    """
    if audience.state == State.READY:
        make_sure_it_is_gone(audience, now)
        begin(audience, now, actor, via, again)
    finish(audience, now)


def make_sure_it_is_gone(audience: CustomAudience, now: datetime) -> None:
    if not can_be(audience):
        raise NothingToMake(THERE)
    try:
        partner.of(audience.ad_account.connection).probe(audience)
    except AudienceGone:
        return
    pauses.resume(audience, now)
    raise NothingToMake(THERE)


@changes.alone()
def begin(audience: CustomAudience, now: datetime, actor: User | None, via: str, again: bool) -> None:
    """Batches first, scopes last: the order in which everybody locks. Alone behind the gate: nobody is erased or read
    meanwhile."""
    batches, fresh = SyncBatch.objects.filter(audience=audience), secrets.token_hex(16)
    leased = batches.filter(lease_token__isnull=False).select_for_update().order_by("pk")
    outbox.cut_off(list(leased.values_list("pk", flat=True)), now)
    wanted = [SyncBatch.State.DONE, *[SyncBatch.State.FAILED] * again]
    people = by_hand.reopen(batches.filter(state__in=wanted), now)
    removing.start_afresh(audience, now)
    row = CustomAudience.objects.select_for_update().get(pk=audience.pk)
    if row.state != State.READY or not can_be(row):
        raise NothingToMake(ON_THE_WAY if row.state != State.READY else THERE)
    row.former_ids = [*row.former_ids, {"id": row.partner_id, "until": now.isoformat()}]
    row.state, row.partner_id, row.mark, row.create_tries = State.CREATING, "", fresh, 0
    row.paused_until, row.facts, row.read_at = now + creating.LEASE, {}, None
    row.save(update_fields=[*AFRESH, "paused_until", "facts", "read_at"])
    record("audience.recreated", str(row)[:200], actor=actor, via=via, former_id=audience.partner_id, sent_again=people)
    audience.refresh_from_db()


def finish(audience: CustomAudience, now: datetime) -> None:
    if creating.is_taken(audience, now):
        raise NothingToMake(ON_THE_WAY)
    try:
        creating.ensure_created(audience, now)
    except PartnerError as error:
        pauses.not_made(audience, error, now)
        raise
    pauses.resume(audience, now)
