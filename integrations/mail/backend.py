"""Django's SMTP backend, with patience where a mail server takes a message: it may look for spam and viruses first.

Who hangs up then is often too early by seconds: the message was taken, and would be sent a second time.
"""

import smtplib
import time
from typing import Any

from django.conf import settings
from django.core.mail.backends import smtp


class Patient:
    """Waits a third of the lease for the reply to a message, but not beyond the lease."""

    timeout: float
    sock: Any

    def __init__(self, *args, **more) -> None:
        self.began = time.monotonic()
        super().__init__(*args, **more)

    def send(self, s: str | bytes) -> None:
        """Commands are texts, a message is bytes."""
        super().send(s)
        if isinstance(s, bytes):
            left = settings.SYNC_LEASE_SECONDS - (time.monotonic() - self.began)
            self.sock.settimeout(max(self.timeout, min(settings.SYNC_LEASE_SECONDS / 3, left)))

    def data(self, msg: str | bytes) -> tuple[int, bytes]:
        """The next message begins where this one ends."""
        try:
            return super().data(msg)
        finally:
            self.began = time.monotonic()
            if self.sock is not None:
                self.sock.settimeout(self.timeout)


class Plain(Patient, smtplib.SMTP):
    """Without TLS, or with STARTTLS."""


class Secure(Patient, smtplib.SMTP_SSL):
    """With TLS from the beginning."""


class EmailBackend(smtp.EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return Secure if self.use_ssl else Plain
