"""How a file is written: UTF-8, UTF-16 or Windows-1252, which is what spreadsheets save. All else reads UTF-8 only.

A file is looked through block by block, and so is it rewritten: memory does not grow with it. Where some letters are
UTF-8 and others are not it counts as UTF-8: its reader names the line.
"""

import codecs
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO

from .csv_file import FileRefused

BLOCK = 1 << 20
WORDS = {"utf-8": "UTF-8", "cp1252": "Windows-1252", "utf-16": "UTF-16", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
WHOLE = re.compile("[^\x00-\x7f\udc80-\udcff]")
BROKEN_UTF_16 = 'The file begins like UTF-16 and goes on otherwise. Save it as "CSV UTF-8" and try again.'


def encoding(file: BinaryIO) -> str:
    """The name of the codec."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name, letters, blanks in (("utf-16-le", start[::2], start[1::2]), ("utf-16-be", start[1::2], start[::2])):
        if blanks == b"\0\0" and b"\0" not in letters:
            return name
    unclear = decodes(file, "utf-8") or holds_utf8(file) or not decodes(file, "cp1252")
    return "utf-8" if unclear else "cp1252"


def blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    yield from iter(partial(file.read, BLOCK), b"")
    yield b""


def decoded(file: BinaryIO, name: str, errors: str = "strict") -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(name)(errors)
    for block in blocks(file):
        yield decoder.decode(block, not block)


def decodes(file: BinaryIO, name: str) -> bool:
    try:
        return all(True for _ in decoded(file, name))
    except UnicodeDecodeError:
        return False


def holds_utf8(file: BinaryIO) -> bool:
    """Some letter beyond ASCII is right in UTF-8, which hardly happens by chance."""
    return any(WHOLE.search(text) for text in decoded(file, "utf-8", "surrogateescape"))


def rewrite(file: BinaryIO, name: str, into: BinaryIO) -> None:
    """Writes it in UTF-8. Raises FileRefused."""
    try:
        for text in decoded(file, name):
            into.write(text.encode())
    except UnicodeError:
        raise FileRefused(BROKEN_UTF_16) from None


@contextmanager
def in_utf8(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file itself, or a copy without a name where it is written otherwise."""
    name = encoding(file)
    if name == "utf-8":
        yield file
        return
    with tempfile.TemporaryFile() as copy:
        rewrite(file, name, copy)
        yield copy
