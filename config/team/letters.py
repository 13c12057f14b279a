"""Letters to the people who use the dashboard: short texts, by Django's mail backend."""

from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail

CONSOLE = "django.core.mail.backends.console.EmailBackend"


def can_be_sent() -> bool:
    """There is a mail server. On a console, letters would stand in a log, with all that they say."""
    return settings.EMAIL_BACKEND != CONSOLE


def send(to: str, subject: str, body: str) -> bool:
    """Outside of a transaction. False: there is no mail server, or it didn't take the letter."""
    if not can_be_sent():
        return False
    try:
        return send_mail(subject, body, None, [to]) == 1
    except (SMTPException, OSError):
        return False
