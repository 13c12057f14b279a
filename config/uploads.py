"""How much may be uploaded. Django keeps the files of a form on the disk before anybody has looked at who sends them,
and knows no limit of its own for that.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST = 5_000_000
"""Bytes of a whole request; that of an exported Canvas is below it."""
LARGE = {"audiences:import_upload": 300_000_000}
"""Where more may come. The form there tells what is above 100 MB in words."""


class Bounded(FileUploadHandler):
    """Comes before those that keep files, and refuses by the length that the request tells."""

    def handle_raw_input(self, input_data: Any, META: dict, content_length: int, *args: Any, **kwargs: Any) -> None:
        page = getattr(self.request.resolver_match, "view_name", "")
        if content_length > LARGE.get(page, MOST):
            raise RequestDataTooBig("More was uploaded than is taken here.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
