"""What every match field does to its text first: full-width forms, invisible characters, digits of other scripts.

Nothing here knows Facebook's rules; those are in match_fields.py and its siblings.
"""

import re
import unicodedata

# Unicode's Default_Ignorable_Code_Point: zero-width spaces and joiners, direction marks, soft hyphen, byte-order
# mark, fillers, variation selectors and tags. They come along with pasted text and are no part of it.
INVISIBLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
    (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
FULL_AND_HALF_WIDTH = range(0xFF01, 0xFFEF)


def _replacements() -> dict[int, str | None]:
    table: dict[int, str | None] = {n: unicodedata.normalize("NFKC", chr(n)) for n in FULL_AND_HALF_WIDTH}
    for first, last in INVISIBLE:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table


_REPLACEMENTS = _replacements()
_DIGIT = re.compile(r"\d")


def plain(raw: str) -> str:
    """NFC (graph-api.md 5), with full-width and half-width forms as ordinary ones and nothing invisible."""
    if raw.isascii():
        return raw
    return unicodedata.normalize("NFC", raw.translate(_REPLACEMENTS))


def lowered(text: str) -> str:
    """Lower case, still NFC: lower-casing can leave a letter and its accent apart."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", text.lower())


def with_ascii_digits(text: str) -> str:
    """Digits of any script as 0-9: Arabic-Indic, Devanagari, ..."""
    if text.isascii():
        return text
    return _DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)
