"""The rows a list holds, as a set: sending somebody again does not grow it (contract 4.4, [likely]).

A row is kept as the compact JSON text of its cells, per schema it came in. Beside what is held now stands how often
each row ever arrived, for tests of "at least once". Whom a removal takes out is a guess [unsure]: rows that share an
identifying cell with a row of the removal and contradict it in none, and rows that are the same.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

Schema = tuple[str, ...]
Row = list[Any]
Identity = dict[str, Any]
IDENTIFYING = ("EMAIL", "PHONE", "MADID", "EXTERN_ID", "PAGEUID", "APPUID", "EMAIL_SHA256", "PHONE_SHA256")


@dataclass
class People:
    held: dict[Schema, set[bytes]] = field(default_factory=dict)
    arrived: dict[Schema, Counter[bytes]] = field(default_factory=dict)

    def __len__(self) -> int:
        if len(self.held) < 2:
            return sum(len(texts) for texts in self.held.values())
        return len(self.rows())

    def add(self, schema: Schema, rows: Iterable[Row]) -> None:
        texts = [orjson.dumps(row) for row in rows]
        self.held.setdefault(schema, set()).update(texts)
        self.arrived.setdefault(schema, Counter()).update(texts)

    def matched(self, schema: Schema, rows: list[Row]) -> dict[Schema, set[bytes]]:
        """What a removal of these rows would take out."""
        return {held: _matched(held, texts, schema, rows) for held, texts in self.held.items()}

    def remove(self, matched: dict[Schema, set[bytes]]) -> None:
        for schema, texts in matched.items():
            self.held[schema] -= texts

    @property
    def columns(self) -> Schema:
        """Every column that ever came, in order of appearance."""
        return tuple(dict.fromkeys(key for schema in self.held for key in schema))

    def rows(self) -> set[bytes]:
        """Distinct rows over all columns; a cell that was never sent is empty."""
        return {text for schema, texts in self.held.items() for text in self._padded(schema, texts)}

    def arrivals(self) -> Counter[bytes]:
        total: Counter[bytes] = Counter()
        for schema, counts in self.arrived.items():
            for text, times in zip(self._padded(schema, counts), counts.values(), strict=True):
                total[text] += times
        return total

    def _padded(self, schema: Schema, texts: Iterable[bytes]) -> Iterable[bytes]:
        columns = self.columns
        if schema == columns:
            return texts
        cells = (dict(zip(schema, orjson.loads(text), strict=True)) for text in texts)
        return [orjson.dumps([row.get(key, "") for key in columns]) for row in cells]


def _matched(held: Schema, texts: set[bytes], schema: Schema, rows: list[Row]) -> set[bytes]:
    """One pass over the list, however many rows are removed."""
    removals: dict[tuple[str, Any], list[Identity]] = {}
    for removal in (_identity(schema, row) for row in rows):
        for item in removal.items():
            removals.setdefault(item, []).append(removal)
    same = texts & {orjson.dumps(row) for row in rows} if schema == held else set()
    return same | {text for text in texts if _named(_identity(held, orjson.loads(text)), removals)}


def _identity(schema: Schema, row: Row) -> Identity:
    return {key: cell for key, cell in zip(schema, row, strict=True) if key in IDENTIFYING and cell != ""}


def _named(person: Identity, removals: dict[tuple[str, Any], list[Identity]]) -> bool:
    return any(_agree(person, removal) for item in person.items() for removal in removals.get(item, ()))


def _agree(person: Identity, removal: Identity) -> bool:
    return all(person[key] == removal[key] for key in person.keys() & removal.keys())
