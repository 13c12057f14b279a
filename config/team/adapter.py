"""Sign-in by allauth: nobody can sign up; admins invite people. Its letters need a mail server, as all of ours do."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from . import letters


class ClosedSignUp(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        if letters.can_be_sent():
            super().send_mail(template_prefix, email, context)
