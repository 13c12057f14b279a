"""Case-blind text that means the same on both databases.

`fold` is upper-then-lower, with the two small sigmas made one; PostgreSQL does it with ICU's root locale, SQLite with
this very function. A text is equal to another, case apart, when their folds are.
"""

from django.db.models import Func, TextField


def fold(text: str | None) -> str | None:
    return None if text is None else text.upper().lower().replace("ς", "σ")


class Fold(Func):
    function = "audience_fold"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler, connection, **context):
        template = "replace(lower(upper((%(expressions)s) COLLATE \"und-x-icu\")), 'ς', 'σ')"
        return self.as_sql(compiler, connection, template=template, **context)


def teach_sqlite(sender, connection, **kwargs) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function("audience_fold", 1, fold, deterministic=True)
