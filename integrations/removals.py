"""Removals come with an erasure: one for each custom audience that the person may be in, with all her identities there.

It happens in the transaction of the erasure, behind the gate of `audiences.changes`: whatever was read of her before is
found here, and nothing is read of her afterwards. A request that may still be on its way is waited for.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce

from audiences.erasure import Erasures

from . import identities
from .identities import Key
from .models import Attempt, Identity, Member, Removal, SyncBatch
from .partner import Cells


def unfinished(now: datetime) -> Q:
    """Attempts that may still put somebody in: they have no answer, and their lease is not over.

    A time-out on our side is no answer: the partner may be working on what it got.
    """
    lately = Q(started_at__gte=now - timedelta(seconds=settings.SYNC_LEASE_SECONDS))
    leased = Q(outcome="", batch__lease_until__gte=now)
    return (lately | leased) & Q(http_status=None) & ~Q(outcome="accepted")


def prepare(erasures: Erasures, now: datetime) -> None:
    """Makes the removals of people who are about to be erased, while it is still known where they are."""
    cells = identities.current(identities.stays(erasures))
    former = former_of(erasures)
    keys = sorted({*cells, *former})
    made = Removal.objects.bulk_create(
        Removal(erasure=erasures[profile], audience_id=audience, created_at=now, next_attempt_at=now)
        for profile, audience in keys
    )
    removals = dict(zip(keys, made, strict=True))
    hand_over(removals, former)
    add_current(removals, cells, former)
    wait_for_attempts(removals, erasures, now)
    for profile, _ in keys:
        erasures[profile].places += 1


def former_of(profiles: Collection[int]) -> Mapping[Key, list[Identity]]:
    """Their former identities; the cells stay closed."""
    found: dict[Key, list[Identity]] = defaultdict(list)
    for one in Identity.objects.filter(profile__in=list(profiles)).defer("cells"):
        found[one.profile_id, one.audience_id].append(one)
    return found


def hand_over(removals: Mapping[Key, Removal], former: Mapping[Key, Sequence[Identity]]) -> None:
    """Identities of a profile become those of its removal, without being decrypted."""
    handed = [one for some in former.values() for one in some]
    for key, some in former.items():
        for one in some:
            one.removal, one.profile_id = removals[key], None
    Identity.objects.bulk_update(handed, ["removal", "profile"], batch_size=500)


def add_current(removals: Mapping[Key, Removal], cells: Mapping[Key, Cells], former: Mapping) -> None:
    fresh = []
    for key, told in cells.items():
        one = identities.kept(key, told)
        if one.digest not in {other.digest for other in former.get(key, ())}:
            one.removal, one.profile_id = removals[key], None
            fresh.append(one)
    Identity.objects.bulk_create(fresh)


def wait_for_attempts(removals: Mapping[Key, Removal], profiles: Collection[int], now: datetime) -> None:
    """Batches with these people in them may be under way at this moment."""
    away = Attempt.objects.filter(unfinished(now), batch__members__profile__in=list(profiles))
    rows = set(away.values_list("batch__members__profile", "batch__audience", "pk")) | before_halving(profiles, now)
    link = Removal.awaited.through
    link.objects.bulk_create(
        link(removal=removals[profile, audience], attempt_id=attempt)
        for profile, audience, attempt in sorted(rows)
        if (profile, audience) in removals
    )


def before_halving(profiles: Collection[int], now: datetime) -> set[tuple[int, int, int]]:
    """(profile, audience, attempt): requests of batches that were halved since, which may be under way as well."""
    halves = Member.objects.filter(profile__in=list(profiles), batch__original__isnull=False)
    people = defaultdict(set)
    for profile, original in halves.values_list("profile", "batch__original"):
        people[original].add(profile)
    halved = SyncBatch.objects.filter(Q(pk__in=people) | Q(original__in=people), state=SyncBatch.State.SPLIT)
    away = Attempt.objects.filter(unfinished(now), batch__in=halved).annotate(top=Coalesce("batch__original", "batch"))
    rows = away.values_list("top", "batch__audience", "pk")
    return {(profile, audience, pk) for top, audience, pk in rows for profile in people[top]}
