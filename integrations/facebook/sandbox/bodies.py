"""The three body encodings that Graph takes: form, multipart, JSON (Meta guide: custom audiences; contract 1.3).

Arrays and objects come as JSON text in the first two, and as themselves in the third.
"""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson

BOUNDARY = re.compile(r'boundary="?([^";]+)')
PART_NAME = re.compile(rb'name="([^"]*)"')


def decode(content_type: str, body: bytes) -> dict[str, Any]:
    """Raises ValueError for a body that does not hold what its type says."""
    if not body:
        return {}
    kind = content_type.lower()
    if kind.startswith("application/json"):
        return _json(body)
    if kind.startswith("multipart/form-data"):
        return _multipart(content_type, body)
    return _form(body)


def _json(body: bytes) -> dict[str, Any]:
    read = orjson.loads(body)
    if not isinstance(read, dict):
        raise ValueError("a JSON body must be an object")
    return read


def _form(body: bytes) -> dict[str, Any]:
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return {_unescape(name).decode(): _unescape(value).decode() for name, _, value in pairs}


def _unescape(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise ValueError("multipart without a boundary")
    parts = body.split(b"--" + boundary[1].encode())[1:-1]
    return dict(_part(part) for part in parts)


def _part(part: bytes) -> tuple[str, str]:
    head, _, content = part.partition(b"\r\n\r\n")
    name = PART_NAME.search(head)
    if name is None:
        raise ValueError("a part without a name")
    return name[1].decode(), content.removesuffix(b"\r\n").decode()
