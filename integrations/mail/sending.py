"""Hands letters to the mail server, one connection a turn, and reads its answers.

What the server says is not kept but for its numbers: it likes to repeat the address.
"""

import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings
from django.core.mail import get_connection

from config.team import letters

from ..channels import Addressee, Channel, NotSent, Withheld
from ..dispatch_models import Outlet
from . import letter, urls
from .letter import Letter

SMTP, PATIENT = "django.core.mail.backends.smtp.EmailBackend", "integrations.mail.backend.EmailBackend"
ENHANCED = re.compile(rb"^\s*([245]\.[0-9]{1,3}\.[0-9]{1,3})\b")
ABOUT_ADDRESS = re.compile(r"5\.1\.(?![78]$)[0-9]+|5\.2\.1")
"""RFC 3463: 5.1.7 and 5.1.8 are about the sender's address. The rest of 5.2 is about the mailbox, and may pass."""
CLOSING = 421


class NoServer(NotSent):
    """No mail server is set (EMAIL_URL)."""

    holds = True


class Unreachable(NotSent):
    """The mail server could not be reached, or broke off."""

    holds = True


class SenderRefused(NotSent):
    """The mail server refused the sender (DEFAULT_FROM_EMAIL), or our sign-in."""

    holds = True


class Later(NotSent):
    """The mail server put it off."""


class AddressRefused(NotSent):
    """The mail server refused the address."""

    final = True


class MessageRefused(NotSent):
    """The mail server refused the message."""


class Mail(Channel):
    key = "mail"
    urls = urls.PAGES

    def make(self, outlet: Outlet, to: Addressee) -> Letter:
        return letter.of(outlet.settings, to)

    @contextmanager
    def opened(self) -> Iterator[Callable[[Letter], int | None]]:
        line = Line()
        try:
            yield line.send
        finally:
            line.close()

    def send(self, made: Letter) -> int | None:
        with self.opened() as send:
            return send(made)


class Line:
    """A connection to the mail server, open for as long as all goes well."""

    def __init__(self) -> None:
        self.connection = None

    def send(self, made: Letter) -> None:
        self.open()
        try:
            self.connection.send_messages([made.message(self.connection)])
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise told(error) from None
        except ValueError as error:  # headers and addresses that no message can have
            raise Withheld(type(error).__name__) from None

    def open(self) -> None:
        if not letters.can_be_sent():
            raise NoServer
        if self.connection is None:
            self.connection = get_connection(PATIENT if settings.EMAIL_BACKEND == SMTP else None)
            try:
                self.connection.open()
            except (smtplib.SMTPException, OSError) as error:
                self.close()
                raise told(error) from None

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            if self.connection is not None:
                self.connection.close()
        self.connection = None


def told(error: Exception) -> NotSent:
    """What the mail server's refusal means."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return by_code(code, words, refused(code, words))
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPAuthenticationError):
        return by_code(error.smtp_code, error.smtp_error, SenderRefused)
    if isinstance(error, smtplib.SMTPDataError):
        return by_code(error.smtp_code, error.smtp_error, MessageRefused)
    return Unreachable(status=getattr(error, "smtp_code", None))


def refused(code: int, words: bytes | str) -> type[NotSent]:
    """Whom a refusal of the recipient is about. Many servers say only here that they don't take the sender, or us."""
    told = enhanced(words)
    if ABOUT_ADDRESS.fullmatch(told) or not told and code in (550, 551, 553):
        return AddressRefused
    return Later if told.startswith("5.2.") else SenderRefused


def enhanced(words: bytes | str) -> str:
    match = ENHANCED.match(words if isinstance(words, bytes) else str(words).encode())
    return match[1].decode() if match else ""


def by_code(code: int, words: bytes | str, for_good: type[NotSent]) -> NotSent:
    if code == CLOSING:
        return Unreachable(status=code)
    kind = for_good if code >= 500 else Later
    return kind(f"({f'{code} {enhanced(words)}'.strip()})", status=code)
