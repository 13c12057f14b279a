"""INSERT ... SELECT, the one place that builds it: rows go from table to table and never through Python."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet, Value


def insert_select(
    model: type[models.Model], columns: Mapping[str, Any], source: QuerySet, ignore_conflicts: bool = False
) -> int:
    """Inserts a row of `model` for each row of `source`; returns how many.

    `columns` maps a field to an expression over `source`, to the name of one (a str), or to a constant.
    """
    fields = [model._meta.get_field(name) for name in columns]
    chosen = [selected(field, value) for field, value in zip(fields, columns.values(), strict=True)]
    query = source.values_list(*chosen).query
    connection = connections[source.db]
    quote = connection.ops.quote_name
    names = ", ".join(quote(field.column) for field in fields)
    try:
        select, params = query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    conflict = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({names}) {select}{conflict}", params)  # noqa: S608
        return cursor.rowcount


def selected(field: models.Field, value: Any) -> Any:
    if isinstance(value, str) or hasattr(value, "resolve_expression"):
        return value
    return Value(value, output_field=getattr(field, "target_field", field))
