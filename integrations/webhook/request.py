"""One request about one person, filled in: URL-escaped in the address, as JSON in JSON, on one line in a header."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from .. import filling
from ..channels import Addressee, Withheld
from ..filling import Place, Values
from . import body

METHODS = ("POST", "PUT", "PATCH", "GET", "DELETE")
BODYLESS = ("GET", "DELETE")
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
RESERVED = {
    "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect",
    "idempotency-key",
    "audience-sync-timestamp", "audience-sync-signature",
}  # fmt: skip
KEPT = "/%:=&?~+!$,;'@()*[]-._"
"""What stands in an address as it is."""
DOTS = re.compile(r"(?:^|/|%2f|%5c)(?:\.|%2e){1,2}(?:/|%2f|%5c|$)", re.IGNORECASE)
"""Many servers take an escaped slash for one."""


@dataclass(frozen=True)
class Request:
    """Ready to leave. `key` signs it; None where it can't be read."""

    method: str
    scheme: str
    host: str
    port: int
    target: str
    headers: Mapping[str, str]
    body: bytes
    key: str | None = field(default=None, repr=False)
    dispatch: int | None = None

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == default_port(self.scheme) else f"{host}:{self.port}"


def default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def of(chosen: Mapping[str, Any], to: Addressee, key: str | None) -> Request:
    """Withheld where it can't be made for this person."""
    values = filling.values_of(to.profile, to.context)
    try:
        return made(chosen, values, to, key)
    except ValueError as fault:  # Unreadable; hosts, addresses or JSON that are none
        raise Withheld(str(fault) if isinstance(fault, filling.Unreadable) else "") from None


def made(chosen: Mapping[str, Any], values: Values, to: Addressee, key: str | None) -> Request:
    method, parts = chosen.get("method", "POST"), urlsplit(chosen.get("url", ""))
    kind, content = ("", b"") if method in BODYLESS else body.filled(chosen, values)
    headers = {"User-Agent": "Audience-Sync"} | ({"Content-Type": kind} if kind else {})
    own = {name: in_header(filling.fill(value, values)) for name, value in chosen.get("headers", {}).items()}
    theirs = {name.lower() for name in own}
    headers = {name: value for name, value in headers.items() if name.lower() not in theirs} | own
    place = (parts.scheme, (parts.hostname or "").encode("idna").decode(), parts.port or default_port(parts.scheme))
    return Request(method, *place, target(parts, values), headers, content, key, to.dispatch)


def target(parts: Any, values: Values) -> str:
    """Path and query. A value can't lead up the path, nor add a part to it."""
    path = in_address(parts.path, values) or "/"
    if DOTS.search(path):
        raise ValueError
    return f"{path}?{in_address(parts.query, values)}" if parts.query else path


def in_address(text: str, values: Values) -> str:
    return "".join(
        quote(filling.filled(part, values), safe="") if isinstance(part, Place) else quote(part, safe=KEPT)
        for part in filling.parse(text)
    )


def in_header(text: str) -> str:
    """On one line. What is not Latin travels as UTF-8, as most servers read it."""
    line = "".join(" " if char in "\r\n\t" else char for char in text if char.isprintable() or char in "\r\n\t")
    return line.strip().encode().decode("latin-1")


def texts(chosen: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every text of the settings that is filled in, by the name of its setting."""
    parts = urlsplit(chosen.get("url", ""))
    return {
        "url": [parts.path, parts.query],
        "headers": list(chosen.get("headers", {}).values()),
        "body": body.texts(chosen),
    }
