"""Where uploaded files lie between the check and the import: a private folder that nothing serves.

Names are random; a file is readable by its owner only. Web and worker share the folder (the setting IMPORT_DIR).
"""

import csv
import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files import File

from . import csv_encoding
from .csv_file import CsvFile
from .csv_import import Refusal

AN_HOUR = 3600


def folder() -> Path:
    path = Path(settings.IMPORT_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def uploaded(token: str) -> Path:
    return folder() / f"{token}.csv"


def size(token: str) -> int:
    """Bytes of an upload; 0 when it is gone."""
    path = uploaded(token)
    return path.stat().st_size if path.exists() else 0


def refused(token: str) -> Path:
    """The rows that can't be taken, each with the reason."""
    return folder() / f"{token}.refused.csv"


def private(path: Path) -> int:
    """A new file for its owner only, as a descriptor."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)


def keep(file: File) -> str:
    """Writes what was uploaded; returns its token."""
    token = secrets.token_hex(16)
    with os.fdopen(private(uploaded(token)), "wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return token


def in_utf8(token: str) -> str:
    """Has the upload in UTF-8 from now on; returns how it was written. Raises FileRefused, FileNotFoundError."""
    path, copy = uploaded(token), folder() / f"{token}.utf8.csv"
    with path.open("rb") as file:
        name = csv_encoding.encoding(file)
        if name != "utf-8":
            with os.fdopen(private(copy), "wb") as opened:
                csv_encoding.rewrite(file, name, opened)
            copy.replace(path)
    return name


@contextmanager
def refusals(token: str, file: BinaryIO) -> Iterator[Callable[[Refusal], None]]:
    """What writes a refused row of `file`, in the shape of the file: to be corrected and imported again."""
    source = CsvFile(file)
    with os.fdopen(private(refused(token)), "w", newline="", encoding="utf-8") as opened:
        rows = csv.writer(opened, delimiter=source.delimiter)
        rows.writerow([*source.header, "reason"])
        yield lambda refusal: rows.writerow(row_of(refusal, len(source.header)))


def row_of(refusal: Refusal, width: int) -> list[str]:
    cells = (refusal.cells + [""] * width)[: max(width, len(refusal.cells))]
    return [*cells, f"line {refusal.line}: {refusal.reason}"]


def remove(token: str) -> None:
    uploaded(token).unlink(missing_ok=True)
    refused(token).unlink(missing_ok=True)
    (folder() / f"{token}.utf8.csv").unlink(missing_ok=True)


def sweep(known: Collection[str]) -> None:
    """Removes what a crash has left behind: files that no import knows."""
    for path in folder().glob("*.csv"):
        if path.name.split(".")[0] not in known and path.stat().st_mtime < time.time() - AN_HOUR:
            path.unlink(missing_ok=True)
