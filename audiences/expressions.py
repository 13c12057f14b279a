"""The SQL that filters are made of. Every condition here is true or false, never NULL, so NOT means not.

Custom attributes are read by key with a bound name: JSON paths need quoting that differs between versions of SQLite,
and Django's key transforms are slow there. A value of another JSON type than expected counts as missing.
"""

from django.db.models import BooleanField, F, FloatField, Func, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce


class JsonValue(Func):
    """What a JSON object holds under a name, or NULL where that is missing or of another type."""

    sqlite = (
        "(SELECT %(value)s FROM json_each(%(column)s) AS item WHERE item.key = %(name)s AND item.type IN (%(types)s))"
    )
    postgresql = (
        "CASE WHEN jsonb_typeof(%(column)s -> %(name)s::text) = %(types)s"
        " THEN (%(column)s ->> %(name)s::text)%(value)s END"
    )
    on_sqlite: tuple[str, str]
    on_postgresql: tuple[str, str]

    def __init__(self, column: F, name: str) -> None:
        super().__init__(column, Value(name))

    def as_sqlite(self, compiler, connection, **context) -> tuple[str, list]:
        return self.fill(compiler, self.sqlite, self.on_sqlite, 1)

    def as_postgresql(self, compiler, connection, **context) -> tuple[str, list]:
        return self.fill(compiler, self.postgresql, self.on_postgresql, 2)

    def fill(self, compiler, template: str, words: tuple[str, str], times: int) -> tuple[str, list]:
        column, before = compiler.compile(self.source_expressions[0])
        name, after = compiler.compile(self.source_expressions[1])
        sql = template % {"column": column, "name": name, "value": words[0], "types": words[1]}
        return sql, [*before, *after] * times

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.source_expressions[1]!r})"


class JsonText(JsonValue):
    output_field = TextField()
    on_sqlite = "item.value", "'text'"
    on_postgresql = "", "'string'"


class JsonNumber(JsonValue):
    output_field = FloatField()
    on_sqlite = "CAST(item.value AS REAL)", "'integer', 'real'"
    on_postgresql = "::double precision", "'number'"


class JsonBoolean(JsonValue):
    output_field = BooleanField()
    on_sqlite = "item.type = 'true'", "'true', 'false'"
    on_postgresql = "::boolean", "'boolean'"


class Constant(Func):
    arity = 0
    output_field = BooleanField()


class All(Func):
    template = "(%(expressions)s)"
    arg_joiner = " AND "
    output_field = BooleanField()


class AnyOf(All):
    arg_joiner = " OR "


class Not(Func):
    template = "NOT (%(expressions)s)"
    arity = 1
    output_field = BooleanField()


def everybody() -> Func:
    return Constant(template="(1 = 1)")


def nobody() -> Func:
    return Constant(template="(1 = 0)")


def all_of(conditions: list[Combinable]) -> Combinable:
    return joined(All, conditions) if conditions else everybody()


def any_of(conditions: list[Combinable]) -> Combinable:
    return joined(AnyOf, conditions) if conditions else nobody()


def joined(kind: type[Func], conditions: list[Combinable]) -> Combinable:
    return conditions[0] if len(conditions) == 1 else kind(*conditions)


def certain(comparison) -> Coalesce:
    """Makes the NULL that comparing a missing value gives a plain "no"."""
    return Coalesce(comparison, Value(False))
