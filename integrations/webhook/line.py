"""The one place that calls webhooks: to the address that was checked, within a time limit, following nothing.

Of the answer only the status and the time to wait are read; its body is never read, let alone kept.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

from django.conf import settings

from ..channels import NotSent
from . import address, signing
from .request import Request

LONGEST = 15.0
"""Seconds that a request may take altogether; shorter where leases are."""


class Unreachable(NotSent):
    """The address could not be reached."""

    holds = True


class TooSlow(NotSent):
    """There was no answer in time."""

    holds = True


class NoKey(NotSent):
    """The key that signs requests can't be read: no key of FERNET_KEYS opens it."""

    holds = True


@dataclass(frozen=True)
class Answer:
    """`retry_after`: what the header of that name says."""

    status: int
    retry_after: str


class Pinned(http.client.HTTPConnection):
    """A connection to `place`, whatever the name of the host leads to by now."""

    def __init__(self, request: Request, place: str, seconds: float) -> None:
        super().__init__(request.host, request.port, timeout=seconds)
        self.request_, self.place = request, place

    def connect(self) -> None:
        self.sock = socket.create_connection((self.place, self.port), self.timeout)
        if self.request_.scheme == "https":
            # The socket that is cut off must be this one already while hands are shaken.
            self.sock = context().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()


@cache
def context() -> ssl.SSLContext:
    """Trusts what the machine trusts."""
    return ssl.create_default_context()


def call(request: Request) -> Answer:
    """Sends it, signed, and waits for the beginning of the answer."""
    if request.key is None:
        raise NoKey
    end = time.monotonic() + min(LONGEST, settings.SYNC_LEASE_SECONDS / 4)
    place = address.resolve(request.host, request.port)
    connection = Pinned(request, place, max(end - time.monotonic(), 0.01))
    with cut_off_at(end, connection) as late:
        try:
            answer = ask(connection, request)
        except (OSError, http.client.HTTPException) as error:
            slow = late.is_set() or isinstance(error, TimeoutError)
            raise (TooSlow() if slow else Unreachable(type(error).__name__)) from None
    if late.is_set():  # what was cut off looks like an answer's end
        raise TooSlow
    return answer


def ask(connection: Pinned, request: Request) -> Answer:
    headers = {**request.headers, **signing.signed(request, int(time.time()))}
    headers |= {"Host": request.authority, "Idempotency-Key": f"dispatch-{request.dispatch}", "Connection": "close"}
    connection.request(request.method, request.target, request.body or None, headers)
    answer = connection.getresponse()
    return Answer(answer.status, answer.headers.get("Retry-After", ""))


@contextmanager
def cut_off_at(end: float, connection: Pinned) -> Iterator[threading.Event]:
    """The connection is closed then, though it be told a byte from time to time."""
    late = threading.Event()

    def cut_off() -> None:
        late.set()
        if connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(end - time.monotonic(), 0.01), cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()
        connection.close()
