"""The custom attributes of many people changed in one statement."""

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import F, Func, JSONField
from django.db.models.functions import Coalesce

from .expressions import JsonNumber


class ChangedJson(Func):
    """A column of JSON objects with the values in `news` (None: without them) and with numbers added to those it has.

    A sum that is a whole number is written as one, on both databases.
    """

    output_field = JSONField()

    def __init__(self, column: F, news: Mapping[str, Any], add: Mapping[str, float]) -> None:
        sums = [Coalesce(JsonNumber(column, name), 0.0) + float(amount) for name, amount in add.items()]
        super().__init__(column, *sums)
        self.news, self.added = dict(news), list(add)

    def as_sqlite(self, compiler, connection, **context) -> tuple[str, list]:
        whole = "CASE WHEN {0} = CAST({0} AS INTEGER) THEN CAST({0} AS INTEGER) ELSE {0} END"
        column, sums, params = self.parts(compiler, whole)
        return f"json_patch(json_patch({column}, %s), json_object({sums}))", params

    def as_postgresql(self, compiler, connection, **context) -> tuple[str, list]:
        column, sums, params = self.parts(compiler, "{0}")
        gone = [name for name, value in self.news.items() if value is None]
        return f"(({column} || %s::jsonb || jsonb_build_object({sums})) - %s::text[])", [*params, gone]

    def parts(self, compiler, sum_as: str) -> tuple[str, str, list]:
        """The column, the names with their sums, and the parameters of both with the news between."""
        column, params = compiler.compile(self.source_expressions[0])
        params, pairs = [*params, json.dumps(self.news)], []
        for name, expression in zip(self.added, self.source_expressions[1:], strict=True):
            sql, inner = compiler.compile(expression)
            pairs.append(f"%s, {sum_as.format(f'({sql})')}")
            params += [name, *(list(inner) * sum_as.count("{0}"))]
        return column, ", ".join(pairs), params
