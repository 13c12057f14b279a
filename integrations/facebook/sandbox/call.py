"""One Graph request as it came in, and what it asks for: version, path, parameters, token (contract 1.2 to 1.4).

Everything is worked out when first asked for, so that a benchmark's null mode never parses a body.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from integrations.facebook.sandbox import bodies
from integrations.facebook.sandbox.answers import GraphError, invalid_parameter

VERSION = re.compile(r"v\d+\.\d+")


@dataclass
class Call:
    wire_method: str
    target: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    """Names in lower case."""
    body: bytes = field(repr=False, default=b"")
    page_cap: int | None = None
    spoil: dict[str, Any] | None = None
    throttled: dict[str, int] | None = None
    """These three are set by faults: a shorter page, rows to call invalid, what the usage headers are to say."""

    @cached_property
    def path(self) -> str:
        return urlsplit(self.target).path

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @cached_property
    def params(self) -> dict[str, Any]:
        return {**self.query, **(self._body_params or {})}

    @cached_property
    def unreadable(self) -> bool:
        return self._body_params is None

    @cached_property
    def _body_params(self) -> dict[str, Any] | None:
        try:
            return bodies.decode(self.headers.get("content-type", ""), self.body)
        except ValueError:
            return None

    @cached_property
    def verb(self) -> str:
        """The method meant: a POST with `method=DELETE` is a DELETE (Meta guide: custom audiences)."""
        if self.wire_method != "POST":
            return self.wire_method
        return str(self.params.get("method") or "POST").upper()

    @cached_property
    def version(self) -> str:
        first = self.path.strip("/").partition("/")[0]
        return first if VERSION.fullmatch(first) else ""

    @cached_property
    def route(self) -> str:
        return self.path.strip("/").removeprefix(self.version).strip("/")

    @cached_property
    def node(self) -> str:
        return self.route.partition("/")[0]

    @cached_property
    def token(self) -> str:
        """Query, then header, then body: whichever has one."""
        scheme, _, bearer = self.headers.get("authorization", "").partition(" ")
        from_header = bearer.strip() if scheme.lower() in ("bearer", "oauth") else ""
        return self.query.get("access_token") or from_header or str(self.params.get("access_token") or "")

    @cached_property
    def rows(self) -> int | None:
        """How many rows the payload holds, for the ledger; None for anything but an upload or removal."""
        data = self.data
        return len(data) if isinstance(data, list) else None

    @cached_property
    def data(self) -> Any:
        return self.object("payload").get("data")

    def text(self, name: str, default: str = "") -> str:
        value = self.params.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def structured(self, name: str) -> Any:
        """A parameter that is an array or object: JSON text in a form, itself in a JSON body. None when absent."""
        value = self.params.get(name)
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except ValueError:
            raise invalid_parameter(f"Param {name} must be valid JSON.") from None

    def object(self, name: str) -> dict[str, Any]:
        """The same, and {} for what is absent or is no object: for reading along, not for judging."""
        try:
            value = self.structured(name)
        except GraphError:
            return {}
        return value if isinstance(value, dict) else {}
