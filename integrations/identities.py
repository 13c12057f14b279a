"""Under which hashed cells people are known in the custom audiences that they were sent to, now and before.

When a match field of somebody who was ever sent changes, the cells of before are kept: only under them can she be
found there again. Nothing is written for people who were never sent. A constant number of statements; hashing alone is
done per person.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from cryptography.fernet import InvalidToken
from django.db.models import Q, QuerySet

from audiences.changes import Changed
from audiences.models import Profile

from . import partner
from .models import CustomAudience, Identity, Member, SyncBatch
from .partner import Cells, Person
from .secrets import fingerprint

Key = tuple[int, int]
"""A profile and a custom audience."""


@dataclass
class Stay:
    """Somebody who may be in a custom audience at the partner, and the match fields that were ever read for her."""

    profile: int
    audience: CustomAudience
    fields: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.profile, self.audience.pk

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(sorted(self.fields))

    @property
    def columns(self) -> Sequence[str]:
        return partner.of(self.audience.ad_account.connection).columns(self.chosen)


def was_read(path: str = "") -> Q:
    """Batches whose people were read to be sent, once at least; the halves of one take that over from it."""
    return Q(**{f"{path}read_at__isnull": False})


def stays(profiles: Collection[int]) -> list[Stay]:
    """Every custom audience that these people may be in: they were read for it, and had a cell to be sent."""
    rows = Member.objects.filter(was_read("batch__"), profile__in=list(profiles)).exclude(
        verdict=Member.Verdict.MISSING
    )
    pairs = set(rows.values_list("profile", "batch"))
    batches = SyncBatch.objects.only("audience", "read_fields").in_bulk({batch for _, batch in pairs})
    wanted = CustomAudience.objects.select_related("ad_account__connection")
    audiences = wanted.in_bulk({batch.audience_id for batch in batches.values()})
    found: dict[Key, Stay] = {}
    for profile, number in sorted(pairs):
        audience = audiences[batches[number].audience_id]
        stay = found.setdefault((profile, audience.pk), Stay(profile, audience))
        stay.fields |= set(batches[number].read_fields or audience.fields)
    return list(found.values())


def current(some: Sequence[Stay]) -> dict[Key, Cells]:
    """The cells that would be sent now, by profile and audience; who has none is left out."""
    alike: dict[tuple[str, tuple[str, ...]], list[Stay]] = defaultdict(list)
    for stay in some:
        alike[stay.audience.ad_account.connection.partner, stay.chosen].append(stay)
    people = read({stay.profile for stay in some}, sorted({name for stay in some for name in stay.columns}))
    found = {}
    for (key, chosen), these in alike.items():
        told = partner.PARTNERS[key].identify(chosen, [people[stay.profile] for stay in these])
        found |= {stay.key: told[stay.profile] for stay in these if any(told[stay.profile].values())}
    return found


def read(profiles: Collection[int], columns: Sequence[str]) -> dict[int, Person]:
    rows = Profile.objects.filter(pk__in=profiles).values_list("pk", *columns)
    return {pk: Person(pk, dict(zip(columns, texts(values), strict=True))) for pk, *values in rows}


def texts(values: Sequence) -> Iterator[str]:
    return ("" if value is None else str(value) for value in values)


def keep_former(changed: Changed) -> None:
    """Match fields are about to change: what the people were sent under is kept, once for each audience."""
    touched = [stay for stay in stays(changed) if changed[stay.profile] & set(stay.columns)]
    rows = [kept(key, cells) for key, cells in current(touched).items()]
    Identity.objects.bulk_create(rows, ignore_conflicts=True)


def opened(rows: QuerySet[Identity]) -> Iterator[tuple[Identity, Cells | None]]:
    """Each with its cells; None where no key opens them. One that can't be read would break the whole list."""
    try:
        found = list(rows)
    except InvalidToken:
        yield from (opened_alone(one) for one in rows.defer("cells"))
        return
    yield from ((one, json.loads(one.cells)) for one in found)


def opened_alone(one: Identity) -> tuple[Identity, Cells | None]:
    try:
        return one, json.loads(one.cells)
    except InvalidToken:
        return one, None


def kept(key: Key, cells: Cells) -> Identity:
    text = json.dumps(cells)
    return Identity(profile_id=key[0], audience_id=key[1], digest=fingerprint(text), cells=text)
