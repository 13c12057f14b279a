"""One message to one person: addressed, filled in, with the way to unsubscribe. Plain text, and simple HTML of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.html import linebreaks, urlize

from .. import filling
from ..channels import Addressee, Unaddressed, Withheld
from ..dispatch_models import Dispatch
from ..filling import Values
from . import suppression

LINK = "unsubscribe_link"
"""The name by which a text puts the link where it wants it; else it stands at the end."""
LONGEST_SUBJECT = 500
NO_ADDRESS = "No e-mail is known."
BAD_ADDRESS = "The e-mail is not an address that can be written to."
UNSUBSCRIBED = "Unsubscribed from e-mail."


@dataclass(frozen=True)
class Letter:
    """What one person gets."""

    to: str
    subject: str
    body: str
    link: str
    dispatch: int | None

    def message(self, connection=None) -> EmailMultiAlternatives:
        """For Django's mail backend. A repeat has the same Message-ID, by which many mailboxes show it once."""
        headers = {
            "Message-ID": message_id(self.link), "List-Unsubscribe": f"<{self.link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }  # fmt: skip
        made = EmailMultiAlternatives(self.subject, self.body, to=[self.to], headers=headers, connection=connection)
        made.attach_alternative(as_html(self.body), "text/html")
        return made


def address_of(to: Addressee) -> str:
    """Unaddressed where there is none, or none that can be written to."""
    address = to.profile.email.strip()
    if not address:
        raise Unaddressed(Dispatch.State.NO_ADDRESS, NO_ADDRESS)
    try:
        validate_email(address)
    except ValidationError:
        raise Unaddressed(Dispatch.State.NO_ADDRESS, BAD_ADDRESS) from None
    return address


def of(chosen: Mapping[str, str], to: Addressee) -> Letter:
    """Unaddressed where she is not to be written to; Withheld where the texts can't be filled in."""
    address = address_of(to)
    if suppression.of(to.profile).exists():
        raise Unaddressed(Dispatch.State.SUPPRESSED, UNSUBSCRIBED)
    return written(chosen, to, address)


def written(chosen: Mapping[str, str], to: Addressee, address: str) -> Letter:
    link = suppression.link(address, to.dispatch)
    try:
        subject = filling.fill(chosen.get("subject", ""), values_of(to, link))
        body = filling.fill(chosen.get("body", ""), values_of(to, link))
    except filling.Unreadable as fault:
        raise Withheld(str(fault)) from None
    if LINK not in filling.names(chosen.get("body", "")):
        body = f"{body.rstrip()}\n\n-- \nUnsubscribe: {link}\n"
    return Letter(address, " ".join(subject.split())[:LONGEST_SUBJECT], body, link, to.dispatch)


def values_of(to: Addressee, link: str) -> Values:
    theirs = filling.values_of(to.profile, to.context)
    return lambda name: link if name == LINK else theirs(name)


def as_html(body: str) -> str:
    """Paragraphs and links; whatever stands in it was text and stays text."""
    return linebreaks(urlize(body, autoescape=True))


def message_id(link: str) -> str:
    _, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    domain = sender.rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(link.encode()).hexdigest()[:40]}@{domain}>"
