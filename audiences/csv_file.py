"""A CSV file in UTF-8 as rows: delimiter, quotes, line ends. Read line by line: memory does not grow with the file.

What makes the whole file unreadable raises FileRefused; what spoils one row is that row's fault.
"""

import codecs
import csv
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import BinaryIO, NamedTuple

LONGEST_LINE = 100_000
MOST_LINES_A_ROW = 1000
DELIMITERS = ",;\t|"
SAVE_AS = 'Save it as "CSV UTF-8" and try again.'
WORKBOOK, NO_CSV = b"PK\x03\x04", f"The file is a workbook or an archive, not a CSV file. {SAVE_AS}"


class FileRefused(ValueError):
    """The file as a whole can't be imported; nothing was changed."""


class Row(NamedTuple):
    """One row: the line on which it begins, its cells, and why it can't be read ("" when it can)."""

    line: int
    cells: list[str]
    fault: str = ""


class Lines:
    """The lines of the file, decoded. A line that can't be used is emptied, its fault kept in `spoilt`."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.spoilt: dict[int, str] = {}
        self.row_began = self.number = 0

    def __iter__(self) -> Iterator[str]:
        for raw in iter(partial(self.file.readline, LONGEST_LINE), b""):
            self.number += 1
            if self.number - self.row_began > MOST_LINES_A_ROW:
                raise FileRefused(never_closed(self.row_began))
            yield self.decoded(raw)

    def decoded(self, raw: bytes) -> str:
        if len(raw) == LONGEST_LINE and raw[-1:] != b"\n":
            self.spoilt[self.number] = f"The line is longer than {LONGEST_LINE:,} bytes."
            self.skip_line(raw)
            return "\n"
        try:
            line = raw.decode()
        except UnicodeDecodeError:
            raise self.not_utf8() from None
        if "\x00" in line:
            self.spoilt[self.number] = "The line holds a NUL character, which no database can store."
            return line.replace("\x00", "")
        return line

    def skip_line(self, piece: bytes) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece and piece[-1:] != b"\n":
                decoder.decode(piece)
                piece = self.file.readline(LONGEST_LINE)
            decoder.decode(piece, True)
        except UnicodeDecodeError:
            raise self.not_utf8() from None

    def not_utf8(self) -> FileRefused:
        return FileRefused(f"Line {self.number} holds a byte that is not UTF-8. {SAVE_AS}")


class CsvFile:
    """The header, and then the rows, as often as asked."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        first = self.first_line()
        self.delimiter = delimiter(first)
        header = next(self.rows())
        if header.fault:
            raise FileRefused(f"The header can't be read: {header.fault}")
        self.header = [cell.strip() for cell in header.cells]

    def first_line(self) -> str:
        self.rewind()
        start = self.file.read(4)
        self.rewind()
        if start == WORKBOOK:
            raise FileRefused(NO_CSV)
        lines = Lines(self.file)
        line = next((line for line in lines if line.strip()), "")
        if lines.spoilt:
            raise FileRefused(f"The header can't be read: {next(iter(lines.spoilt.values()))} {SAVE_AS}")
        if "\r" in line.rstrip("\r\n"):
            raise FileRefused(f"The lines end the way old Macintoshes wrote them. {SAVE_AS}")
        if not line:
            raise FileRefused("The file is empty. Its first line names the columns, such as external_id,email,phone.")
        return line

    def rewind(self) -> None:
        self.file.seek(0)
        if self.file.read(3) != codecs.BOM_UTF8:
            self.file.seek(0)

    def rows(self, start: int = 0) -> Iterator[Row]:
        """All rows from that byte on, else the header and all; blank lines are passed over."""
        self.file.seek(start) if start else self.rewind()
        lines = Lines(self.file)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            line = lines.row_began = reader.line_num + 1
            fault = ""
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                cells, fault = [], quoting_fault(error, line)
            if lines.spoilt:
                fault = " ".join(lines.spoilt.values())
                lines.spoilt.clear()
            if cells or fault:
                yield Row(line, cells, fault)

    def chunks(self, size: int, start: int = 0) -> Iterator[list[Row]]:
        """The rows below the header, or from that byte on; those with another number of cells are at fault.

        What follows a chunk begins where the file then stands (`file.tell()`). Lines are counted from the start.
        """
        rows = self.rows(start) if start else islice(self.rows(), 1, None)
        while chunk := list(islice(rows, size)):
            yield [self.checked(row) for row in chunk]

    def checked(self, row: Row) -> Row:
        if row.fault or len(row.cells) == len(self.header):
            return row
        return row._replace(fault=f"The row has {len(row.cells)} cells, the header has {len(self.header)}.")


def delimiter(line: str) -> str:
    """The one that cuts the header into most cells."""
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([line], delimiter=mark), [])))


def quoting_fault(error: csv.Error, line: int) -> str:
    if "end of data" in str(error) or "field limit" in str(error):
        raise FileRefused(never_closed(line)) from None
    return 'A quote or line break stands in the wrong place: quote the whole cell, and write "" for a quote inside.'


def never_closed(line: int) -> str:
    return f"The row that begins on line {line} never ends: one of its cells opens a quote that is not closed."
