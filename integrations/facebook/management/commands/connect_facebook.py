"""`connect_facebook`: reads the system user token from standard input, so that it is in no shell history."""

import sys
from getpass import getpass

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations import connecting
from integrations.errors import PartnerError
from integrations.models import Connection


class Command(BaseCommand):
    help = "Connects Facebook, or replaces its token: give the system user token on standard input."

    def handle(self, *args, **options) -> None:
        token = sys.stdin.readline() if not sys.stdin.isatty() else self.ask()
        try:
            connection = connecting.connect("facebook", token, timezone.now())
        except connecting.TokenUnusable as error:
            raise CommandError(str(error)) from None
        except PartnerError as error:
            raise CommandError(f"Nothing was changed. {error} {error.cure}") from None
        self.report(connection)

    def ask(self) -> str:
        return getpass("System user token (it is not shown): ")

    def report(self, connection: Connection) -> None:
        self.stdout.write(f"Facebook is connected with the token that ends in {connection.last4}.")
        scopes = connection.facts.get("scopes")
        if scopes is not None and "ads_management" not in scopes:
            self.stdout.write("Careful: the token lacks ads_management, so no Canvas can be launched with it.")
        for account in connection.ad_accounts.filter(accessible=True).order_by("account_id"):
            self.stdout.write(f"  {account.account_id} {account.name}")
