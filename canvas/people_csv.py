"""The people of a step as a CSV file, a page at a time: it may be longer than what memory holds."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.timezone import localtime

from audiences import masking, people
from audiences.models import Profile
from config.team import csv_lines
from config.team.csv_lines import plain

from .document import StepSpec
from .steps.people import StepPerson

PART = 2_000
PERSONAL = ("external_id", "email", "first_name", "last_name")
COLUMNS = (*PERSONAL, "status", "cause", "attempts", "next_attempt_at", "sent_at")


def lines(spec: StepSpec, asked: Mapping[str, str], unmasked: bool) -> Iterator[str]:
    """`asked`: `q`, `status` and `cause`, as the list is asked for them."""
    writer = csv_lines.writer()
    yield writer.writerow(COLUMNS)
    status = asked["status"] if asked["status"] in spec.type.statuses else ""
    only = people.sought(asked["q"], unmasked) if asked["q"] else None
    after = ""
    while True:
        page = spec.type.people(spec, status, after, PART, only, asked["cause"])
        yield "".join(writer.writerow(row) for row in rows(page.people, unmasked))
        after = page.next
        if not after:
            return


def rows(found, unmasked: bool) -> Iterator[list]:
    ids = [person.profile_id for person in found if person.profile_id]
    known = Profile.objects.only("pk", *PERSONAL).in_bulk(ids)
    return ([*personal(known.get(person.profile_id), unmasked), *what_became(person)] for person in found)


def personal(profile: Profile | None, unmasked: bool) -> list[str]:
    """Empty for who was erased."""
    values = [(getattr(profile, name, "") or "", name) for name in PERSONAL]
    return [plain(value if unmasked else masking.mask(value, name)) for value, name in values]


def what_became(person: StepPerson) -> list:
    times = [written(person.next_attempt_at), written(person.sent_at)]
    return [person.status, plain(person.cause), person.attempts, *times]


def written(moment: datetime | None) -> str:
    return localtime(moment).isoformat(timespec="seconds") if moment else ""
