"""`import_profiles FILE.csv`: makes and updates profiles from a CSV file."""

import csv
import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audiences.csv_columns import ORDERS
from audiences.csv_encoding import in_utf8
from audiences.csv_file import FileRefused
from audiences.csv_import import Refusal, Survey, apply, survey
from audiences.import_files import row_of
from audiences.models import Import

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Imports people from a CSV file (UTF-8, UTF-16 or Windows-1252; comma, semicolon, tab or |). The first line "
        "names the attributes; external_id is needed, names that nobody had yet become custom attributes. "
        "Empty cells keep what is stored. Rows that can't be used are listed, all others are imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="write the refused rows here, with the reason")
        parser.add_argument("--dates", choices=sorted(ORDERS), default="", help="how 3/4/1990 is meant")
        parser.add_argument(
            "--new-attribute", action="append", default=[], metavar="NAME", help="this column is no slip of the pen"
        )

    def handle(self, file: Path, refused: Path | None, dates: str, new_attribute: list[str], **options) -> None:
        if refused and refused.exists() and file.exists() and refused.samefile(file):
            raise CommandError("--refused would overwrite the file that is to be imported. Name another one.")
        try:
            with file.open("rb") as opened, in_utf8(opened) as source:
                found = survey(source, new_attribute, dates)
                first: list[Refusal] = []
                with refusals_to(refused, found) as write:
                    record = apply(found, file.name, timezone.now(), lambda refusal: keep(refusal, first, write))
        except FileRefused as error:
            raise CommandError(f"{file} was refused. {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename or file} can't be used: {os.strerror(error.errno or 0)}.") from error
        for line in summary(record, found, first, refused):
            self.stdout.write(line)


@contextmanager
def refusals_to(path: Path | None, found: Survey) -> Iterator[Callable[[Refusal], None]]:
    """What writes a refused row to the file, if one was asked for."""
    if not path:
        yield lambda refusal: None
        return
    width = len(found.columns)
    with path.open("w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened, delimiter=found.file.delimiter)
        rows.writerow([*found.file.header, "reason"])
        yield lambda refusal: rows.writerow(row_of(refusal, width))


def keep(refusal: Refusal, first: list[Refusal], write: Callable[[Refusal], None]) -> None:
    write(refusal)
    if len(first) < SHOWN:
        first.append(refusal)


def summary(record: Import, found: Survey, first: list[Refusal], refused: Path | None) -> Iterator[str]:
    yield f"{record.file_name}: {record.created} created, {record.updated} updated, {record.refused} refused."
    if found.new_attributes:
        yield f"New attributes: {', '.join(f'{name} ({kind})' for name, kind in found.new_attributes.items())}."
    if found.empty:
        yield f"Left out, because no row has a value there: {', '.join(found.empty)}."
    for refusal in first:
        yield f"  line {refusal.line}: {refusal.reason}"
    if record.refused > len(first):
        yield f"  and {record.refused - len(first)} more" + ("." if refused else " (--refused FILE writes them all).")
    if record.refused and refused:
        yield f"The refused rows are in {refused}. Correct them, delete the column reason, and import that file."
