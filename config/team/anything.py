"""`{anything:name}` in an address: all that follows, line breaks too. Django's own `path` stops at those, and what no
pattern fits is answered with a page, its address logged.
"""

from django.urls import register_converter
from django.urls.converters import PathConverter


class Anything(PathConverter):
    regex = "(?s:.+)"


register_converter(Anything, "anything")
