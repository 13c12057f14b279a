"""Checks, imports and takes back uploaded files: small ones at once, the rest in the queue, a few seconds in each pass.

How far an import came is written with each chunk, in one transaction: after a crash, and with two at work on the same
file, no row is applied twice. The lease only keeps them from doing it for nothing.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction
from django.db.models import Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from . import csv_import, import_check, import_files, import_undo
from .csv_columns import Column, columns
from .csv_file import CsvFile, FileRefused
from .models import Import

log = logging.getLogger(__name__)
State = Import.State
BUSY = (State.CHECKING, State.RUNNING, State.UNDOING)
LEASE = timedelta(minutes=3)
SHIFT = 5.0
"""Seconds after which a large import lets the rest of the pass have its turn."""
UNCONFIRMED_FOR, REFUSED_FOR = timedelta(days=1), timedelta(days=7)
UNCONFIRMED = "Nobody confirmed it within a day, so the file was deleted. Upload it again."
GONE = "The uploaded file is not there any more. Upload it again; people who are already in are updated."


def at_hand() -> QuerySet[Import]:
    """Imports whose files are kept."""
    return Import.objects.filter(files_until__isnull=False)


def free(now: datetime) -> QuerySet[Import]:
    """Imports that somebody may go on with."""
    return at_hand().filter(Q(lease_until=None) | Q(lease_until__lte=now), state__in=BUSY)


def expired(now: datetime) -> QuerySet[Import]:
    return at_hand().filter(files_until__lte=now).exclude(state__in=BUSY)


def next_due(now: datetime) -> datetime | None:
    """When `work` would find something."""
    busy, kept = Q(state__in=BUSY), ~Q(state__in=BUSY)
    ready = Min(Coalesce("lease_until", Value(now)), filter=busy)
    moments = at_hand().aggregate(ready=ready, expiry=Min("files_until", filter=kept)).values()
    return min((moment for moment in moments if moment), default=None)


def work(now: datetime) -> Counter:
    """One shift on the eldest import, and the files whose time is over."""
    record = free(now).order_by("pk").first()
    done = Counter(imports=bool(record and run(record, now, SHIFT)), imports_expired=expire(now))
    return +done


def run(record: Import, now: datetime, seconds: float) -> bool:
    """Goes on with it for so many seconds. False: somebody else is at it."""
    if not free(now).filter(pk=record.pk).update(lease_until=now + LEASE):
        return False
    record.refresh_from_db()
    try:
        WORK[record.state](record, now, seconds)
    except FileRefused as error:
        fail(record, import_check.words(error), now)
    except FileNotFoundError:
        fail(record, GONE, now)
    Import.objects.filter(pk=record.pk).update(lease_until=None)
    return True


@transaction.atomic
def start(record: Import, now: datetime) -> bool:
    """Somebody said yes. False: it runs already. FileRefused: a new attribute became known meanwhile, otherwise."""
    waiting = Import.objects.filter(pk=record.pk, state=State.CHECKED)
    if not waiting.update(state=State.RUNNING, started_at=now, cursor=csv_import.last_profile()):
        return False
    csv_import.register(record.findings["new"], now)
    return True


def go_on(record: Import, now: datetime, seconds: float) -> None:
    end = monotonic() + seconds
    with import_files.uploaded(record.token).open("rb") as file:
        source = CsvFile(file)
        found = columns_of(record, source)
        for chunk in source.chunks(csv_import.CHUNK, record.offset):
            if not csv_import.take(record, found, chunk, file.tell(), now) or monotonic() > end:
                break
    if record.done >= record.total:
        finish(record, now)


def renewing(record: Import, now: datetime) -> Callable[[], None]:
    """What keeps the lease of a check, which is done in one go."""
    began = monotonic()

    def renew() -> None:
        until = now + timedelta(seconds=monotonic() - began) + LEASE
        Import.objects.filter(pk=record.pk).update(lease_until=until)

    return renew


WORK = {
    State.CHECKING: lambda record, now, seconds: import_check.check(record, renewing(record, now)),
    State.RUNNING: go_on,
    State.UNDOING: import_undo.go_on,
}


def columns_of(record: Import, source: CsvFile) -> list[Column]:
    """As they were checked: new attributes are registered by now, so that nothing is in doubt any more."""
    options = record.options
    return columns(source.header, csv_import.registered(), source.header, options["dates"], options["renamed"])


def finish(record: Import, now: datetime) -> None:
    kept = now + REFUSED_FOR if record.refused else None
    Import.objects.filter(pk=record.pk).update(state=State.DONE, finished_at=now, files_until=kept)
    import_files.uploaded(record.token).unlink(missing_ok=True)
    if not kept:
        import_files.remove(record.token)


def fail(record: Import, problem: str, now: datetime) -> None:
    log.info("Import %s failed", record.pk)
    changes = {"state": State.FAILED, "problem": problem, "finished_at": now, "files_until": None}
    Import.objects.filter(pk=record.pk).update(**changes)
    import_files.remove(record.token)


def expire(now: datetime) -> int:
    """Deletes the files whose time is over, and what a crash has left behind."""
    records = list(expired(now))
    for record in records:
        if record.state == State.CHECKED:
            fail(record, UNCONFIRMED, now)
        import_files.remove(record.token)
    at_hand().filter(pk__in=[record.pk for record in records]).update(files_until=None)
    if records:
        import_files.sweep(set(at_hand().values_list("token", flat=True)))
    return len(records)
