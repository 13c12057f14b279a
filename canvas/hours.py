"""Moments by the hour they lie in (UTC), in the database's own words: Django's Trunc calls Python for each row of
SQLite, a million times where a million people are counted."""

from django.db.models import DateTimeField, Func


class HourOf(Func):
    """The beginning of the hour of a moment. Connections are in UTC on both databases."""

    output_field = DateTimeField()
    template = "DATE_TRUNC('hour', %(expressions)s)"

    def as_sqlite(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template="(SUBSTR(%(expressions)s, 1, 13) || ':00:00')", **context)
