"""The form in which a text is indexed and searched by its beginning: lower case, ordered by character.

PostgreSQL's own order follows a language, in which the texts that begin alike don't stand together.
"""

from django.db.models import Func, TextField


class SearchKey(Func):
    function = "LOWER"
    arity = 1
    output_field = TextField()

    def as_postgresql(self, compiler, connection, **context):
        return self.as_sql(compiler, connection, template='%(function)s(%(expressions)s) COLLATE "C"', **context)
