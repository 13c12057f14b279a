"""The dry check of an uploaded file: what it would do, or what has to be asked first. Writes no profile.

What it found is kept as JSON in the import's row, without the people's data: line numbers and reasons only.
"""

from collections.abc import Callable
from typing import BinaryIO

from . import csv_encoding, csv_import, import_files
from .csv_columns import NO_ID, Column, DatesUnclear, HeaderRefused, LeftOut, Slip
from .csv_file import FileRefused
from .csv_import import Refusal, Survey
from .models import Import

SHOWN = 20
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def check(record: Import, alive: Callable[[], None] = lambda: None) -> None:
    """Raises FileRefused, FileNotFoundError. `alive` is called again and again while it lasts."""
    written = import_files.in_utf8(record.token)
    record.options = {"encoding": csv_encoding.WORDS[written]} | record.options
    with import_files.uploaded(record.token).open("rb") as file:
        try:
            findings = survey(record, file, alive)
        except HeaderRefused as error:
            findings = slips_in(error)
        except DatesUnclear as error:
            findings = {"doubt": error.doubt}
    record.findings, record.state = findings, Import.State.CHECKED
    record.total = findings.get("rows", 0) + findings.get("refused", 0)
    record.save(update_fields=["findings", "state", "total", "options"])


def survey(record: Import, file: BinaryIO, alive: Callable[[], None]) -> dict:
    options = {"new": [], "renamed": {}, "dates": ""} | record.options
    first: list[Refusal] = []
    with import_files.refusals(record.token, file) as write:

        def note(refusal: Refusal) -> None:
            write(refusal)
            if len(first) < SHOWN:
                first.append(refusal)

        found = csv_import.survey(file, options["new"], options["dates"], options["renamed"], note, alive)
    record.options = options | {"dates": found.dates}
    return findings_of(found, first)


def findings_of(found: Survey, first: list[Refusal]) -> dict:
    pairs = zip(found.file.header, found.columns, strict=True)
    return {
        "columns": [{"header": header, "name": column.name} | kind(column, found) for header, column in pairs],
        "new": found.new_attributes,
        "dates": found.dates,
        "delimiter": DELIMITERS[found.file.delimiter],
        "rows": found.rows,
        "refused": found.refused,
        "first": [{"line": refusal.line, "reason": refusal.reason} for refusal in first],
    }


def kind(column: Column, found: Survey) -> dict[str, str]:
    """left out, empty, known or new; a new one with the type it would have."""
    if isinstance(column, LeftOut):
        return {"kind": "left out"}
    if column.name in found.new_attributes:
        return {"kind": "new", "type": found.new_attributes[column.name]}
    return {"kind": "empty" if column.name in found.empty else "built in" if column.built_in else "known"}


def slips_in(error: HeaderRefused) -> dict:
    """The questions, where there is nothing else wrong with the header."""
    if error.faults != [NO_ID] * bool(error.candidates):
        raise error
    slips = [{"at": slip.at, "name": slip.name, "meant": slip.meant} for slip in error.slips]
    return {"slips": slips, "header": error.names, "candidates": error.candidates}


def words(error: FileRefused) -> str:
    """Why a file is refused, for people who have no command line before them."""
    if not isinstance(error, HeaderRefused):
        return f"{error} Nothing has been imported."
    faults = [*error.faults, *map(cure, error.slips)]
    return f"The header can't be used: {'; '.join(faults)}. Nothing has been imported."


def cure(slip: Slip) -> str:
    return f'column {slip.at}: "{slip.name}" is not known; rename it to {slip.meant}, or leave it out'
