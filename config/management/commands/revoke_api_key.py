"""`revoke_api_key`: a key of the HTTP API stops working at once."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from config.team import key_ring
from config.team.models import ApiKey


class Command(BaseCommand):
    help = "Revokes a key of the HTTP API, named by the part before its dot. It stops working at once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", metavar="PREFIX", help="the part of the key before its dot")

    def handle(self, *args, prefix: str, **options) -> None:
        key = ApiKey.objects.filter(prefix=prefix.partition(".")[0]).first()
        if key is None:
            known = ", ".join(map(str, ApiKey.objects.filter(revoked_at=None).order_by("name"))) or "none"
            raise CommandError(f"There is no key {prefix.partition('.')[0]}. Live keys: {known}.")
        key_ring.revoke(key)
        self.stdout.write(f"{key} is revoked.")
