"""Importing people from a CSV file, in two passes: `survey` looks at every row, `apply` writes the good ones.

An empty cell keeps what is stored; custom attributes are merged. A bad row is refused as a whole, the others go in.
A file that is refused (FileRefused) has changed nothing, and there is no Import row for it.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple

from django.db import transaction
from django.db.models import Max

from . import changes
from .csv_columns import BirthDate, Column, New, columns
from .csv_file import CsvFile, FileRefused, Row
from .models import CustomAttribute, Import, Profile
from .upsert import stored, upsert

CHUNK = 5000


class Refusal(NamedTuple):
    """A row that was not taken, and why."""

    line: int
    cells: list[str]
    reason: str


@dataclass(frozen=True)
class Survey:
    """What a file holds, before anything is written. Empty columns make no attribute."""

    file: CsvFile
    columns: list[Column]
    new_attributes: dict[str, str]
    empty: list[str]
    rows: int
    refused: int

    @property
    def dates(self) -> str:
        """The order of slashed dates that was told or found; "" where nothing has to be known."""
        born = next((column for column in self.columns if isinstance(column, BirthDate)), None)
        return next(iter(born.orders)) if born else ""


@dataclass(frozen=True)
class Counts:
    created: int = 0
    updated: int = 0
    refused: int = 0


@dataclass
class Good:
    """The rows of one chunk that can be taken, column by column."""

    values: list[list[Any]]
    refused: list[Refusal] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.values[0])


def survey(
    file: BinaryIO,
    new: Collection[str] = (),
    dates: str = "",
    renamed: Mapping[str, str] = MappingProxyType({}),
    on_refused: Callable[[Refusal], None] = lambda refusal: None,
    on_chunk: Callable[[], None] = lambda: None,
) -> Survey:
    """Raises FileRefused. `new`: names that are no slip of the pen; `dates`: "mdy" or "dmy" for slashed dates;
    `renamed`: what columns stand for ("" leaves one out). The rows refused here are those that `apply` refuses.
    """
    source = CsvFile(file)
    found = columns(source.header, registered(), new, dates, renamed)
    rows = refused = 0
    for chunk in source.chunks(CHUNK):
        on_chunk()
        good = sift(chunk, found)
        for refusal in good.refused:
            on_refused(refusal)
        rows, refused = rows + good.rows, refused + len(good.refused)
        for column, values in zip(found, good.values, strict=True):
            column.learn(values)
    fresh = [column for column in found if isinstance(column, New)]
    types = {column.name: column.type for column in fresh if column.seen}
    empty = [column.name for column in fresh if not column.seen]
    return Survey(source, [column.settled() for column in found], types, empty, rows, refused)


def registered() -> dict[str, str]:
    """The type of every known custom attribute."""
    return dict(CustomAttribute.objects.values_list("name", "type"))


def apply(
    found: Survey, name: str, now: datetime, on_refused: Callable[[Refusal], None] = lambda refusal: None
) -> Import:
    """Writes the good rows, each chunk in a transaction of its own; repeating it after a crash does no harm."""
    with recorded(found, name, now) as record:
        for chunk in found.file.chunks(CHUNK):
            good = sift(chunk, found.columns)
            for refusal in good.refused:
                on_refused(refusal)
            with transaction.atomic():
                add(record, write(found.columns, good, now, record.pk))
    return record


def take(record: Import, found: list[Column], chunk: list[Row], offset: int, now: datetime) -> bool:
    """Writes one chunk, and in the same transaction how far `record` came: up to the byte `offset` of the file.

    False: somebody else got further.
    """
    good = sift(chunk, found)
    with transaction.atomic():
        stored_row = Import.objects.select_for_update().get(pk=record.pk)
        if stored_row.offset != record.offset or stored_row.state != Import.State.RUNNING:
            return False
        record.offset = offset
        add(record, write(found, good, now, record.pk))
    return True


def sift(chunk: list[Row], found: list[Column]) -> Good:
    """Reads the cells, a column at a time, and sets the rows aside that hold something wrong."""
    whole = [row for row in chunk if not row.fault]
    refused = [Refusal(*row) for row in chunk if row.fault]
    cells = zip(*(row.cells for row in whole), strict=True) if whole else [()] * len(found)
    reasons: dict[int, list[str]] = {}
    values = []
    for column, raw in zip(found, cells, strict=True):
        taken, faults = column.read(list(map(str.strip, raw)))
        values.append(taken)
        for at, why in faults.items():
            reasons.setdefault(at, []).append(f"{column.name}: {why}")
    if reasons:
        keep = [at for at in range(len(whole)) if at not in reasons]
        values = [[taken[at] for at in keep] for taken in values]
        refused += [Refusal(whole[at].line, whole[at].cells, " ".join(why)) for at, why in reasons.items()]
    return Good(values, sorted(refused))


def write(found: list[Column], good: Good, now: datetime, made_by: int) -> Counts:
    """A constant number of statements. Rows are in the order of external_id, so that two imports can't deadlock."""
    if not good.rows:
        return Counts(refused=len(good.refused))
    changes.begin()
    people = merged(found, good.values)
    built_in = [at for at, column in enumerate(found) if column.built_in]
    custom = [at for at, column in enumerate(found) if not column.built_in]
    names = [found[at].name for at in built_in]
    known = {who: tuple(row[at] for at in built_in) for who, row in people.items()}
    present, attributes = existing(names, people, bool(custom))
    changes.announce(changes.learned(names, present, known))
    rows = []
    for external_id in sorted(people):
        mine = known[external_id]
        if custom:
            row = people[external_id]
            news = {found[at].name: row[at] for at in custom if row[at] is not None and row[at] != ""}
            mine += (json.dumps(attributes.get(external_id, {}) | news),)
        rows.append(mine)
    upsert(names + ["attributes"] * bool(custom), rows, now, made_by)
    created = len(people) - len(present)
    return Counts(created, good.rows - created, len(good.refused))


def merged(found: list[Column], values: list[list[Any]]) -> dict[str, tuple]:
    """The rows by external_id; a later row of the same person is laid over the earlier one, but for its empty cells."""
    values = [list(map(stored, taken)) if column.name == "date_of_birth" else taken
              for column, taken in zip(found, values, strict=True)]  # fmt: skip
    ids = values[[column.name for column in found].index("external_id")]
    people = dict(zip(ids, zip(*values, strict=True), strict=True))
    if len(people) < len(ids):
        people = {}
        for external_id, row in zip(ids, zip(*values, strict=True), strict=True):
            before = people.get(external_id, row)
            people[external_id] = tuple(
                old if new is None or new == "" else new for old, new in zip(before, row, strict=True)
            )
    return people


def existing(names: list[str], people: Collection[str], custom: bool) -> tuple[dict[str, tuple], dict[str, dict]]:
    """Those who are there already, locked until they are written: (pk, their values) and their custom attributes."""
    rows = Profile.objects.select_for_update().filter(external_id__in=sorted(people)).order_by("external_id")
    present, attributes = {}, {}
    for who, known, pk, *values in rows.values_list("external_id", "attributes" if custom else "pk", "pk", *names):
        present[who] = (pk, *map(stored, values))
        attributes[who] = known
    return present, attributes


@contextmanager
def recorded(found: Survey, name: str, now: datetime) -> Iterator[Import]:
    """The Import row: running, then done, or failed with the rows that went in before."""
    began = monotonic()
    with transaction.atomic():
        register(found.new_attributes, now)
        record = Import.objects.create(file_name=name[-255:], started_at=now, cursor=last_profile())
    record.state = Import.State.FAILED
    try:
        yield record
        record.state = Import.State.DONE
    except FileRefused as error:
        raise FileRefused(f"The file changed after {record.rows} of its rows went in: {error}") from error
    finally:
        record.finished_at = now + timedelta(seconds=monotonic() - began)
        record.save(update_fields=["state", "finished_at"])


def last_profile() -> int:
    """Whoever is made from now on has a larger id."""
    return Profile.objects.aggregate(last=Max("pk"))["last"] or 0


def register(types: dict[str, str], now: datetime) -> None:
    fresh = [CustomAttribute(name=name, type=kind, created_at=now) for name, kind in types.items()]
    CustomAttribute.objects.bulk_create(fresh, ignore_conflicts=True)
    known = CustomAttribute.objects.filter(name__in=types).values_list("name", "type")
    changed = [name for name, kind in known if kind != types[name]]
    if changed:
        raise FileRefused(f"Meanwhile {', '.join(changed)} became known with another type. Import the file again.")


def add(record: Import, counts: Counts) -> None:
    record.rows += counts.created + counts.updated
    record.created += counts.created
    record.updated += counts.updated
    record.refused += counts.refused
    record.save(update_fields=["rows", "created", "updated", "refused", "offset"])
