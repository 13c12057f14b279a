"""What the readers of documents have against a value, and keys that nobody knows: as faults with their paths."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from audiences.filters import Fault


def unknown_keys(path: str, data: dict, known: Collection[str]) -> Iterator[Fault]:
    for key in data:
        if key not in known:
            here = f"{path}.{key}" if path else str(key)
            yield Fault(here, f"Unknown key. Known here: {', '.join(sorted(known))}.")


def reading(path: str, read: Callable[[Any], Any], value: Any) -> Iterator[Fault]:
    try:
        read(value)
    except ValueError as error:
        yield Fault(path, str(error))
