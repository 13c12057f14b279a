"""Headers as people write them: one a line, `Name: value`."""

from collections.abc import Mapping

from .request import TOKEN

MOST, LONGEST = 20, 2_000


def read_lines(text: str) -> dict[str, str]:
    """ValueError with the line that is no header."""
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, value = line.partition(":")
        if not colon or not TOKEN.fullmatch(name.strip()):
            raise ValueError(f"“{line.strip()[:60]}” is no header. Write one a line, such as X-Source: canvas.")
        found[name.strip()] = value.strip()
    return found


def written(found: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in found.items())
