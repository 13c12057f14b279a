"""Who holds a value under the name of a custom attribute: PostgreSQL finds them by the index over all such attributes.

The index holds the JSON folded as a whole, since filters know no case. SQLite has no such index and reads every person.
"""

import json
from typing import Any

from django.db.models import BooleanField, F, Func
from django.db.models.expressions import Combinable

from .folding import Fold

EXACT = 2**53
"""Below it numbers that are equal as filters compare them are equal as JSON, too."""


def is_held(value: Any) -> bool:
    """Whether the index tells the value from all others."""
    return isinstance(value, str | bool) or (isinstance(value, int | float) and abs(value) < EXACT)


class Holds(Func):
    """True or false for everybody, never NULL. `plainly` says the same where there is no index."""

    output_field = BooleanField()

    def __init__(self, column: F, name: str, values: list[Any], plainly: Combinable) -> None:
        super().__init__(column, plainly)
        self.pairs = [json.dumps({name: value}, ensure_ascii=False) for value in values]

    def as_sql(self, compiler, connection, **context) -> tuple[str, list]:
        return compiler.compile(self.source_expressions[1])

    def as_postgresql(self, compiler, connection, **context) -> tuple[str, list]:
        column, _ = compiler.compile(self.source_expressions[0])
        pair = folded("%s::jsonb")
        given = [text for text in self.pairs for _ in range(pair.count("%s"))]
        pairs = f"ARRAY[{', '.join([pair] * len(self.pairs))}]"
        return f"({column} IS NOT NULL AND {folded(column)} @> ANY({pairs}))", given

    def __repr__(self) -> str:
        return f"Holds({self.pairs!r})"


def folded(sql: str) -> str:
    """JSON with all texts in it folded, as the index has it."""
    return Fold.postgresql.format(text=f"({sql})::text") + "::jsonb"
