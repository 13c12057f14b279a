"""`create_api_key`: a key for a program, shown this once."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from config.team import key_ring
from config.team.models import ApiKey


class Command(BaseCommand):
    help = "Makes an API key and prints it, alone and this once, on standard output."

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", metavar="NAME")
        known = f"all, or some of: {', '.join(ApiKey.SCOPES)}"
        parser.add_argument("--scope", metavar="SCOPE", nargs="+", action="extend", required=True, help=known)

    def handle(self, *args, name: str, scope: list[str], **options) -> None:
        scopes = list(ApiKey.SCOPES) if "all" in scope else list(dict.fromkeys(scope))
        if not name.strip() or len(name) > 100:
            raise CommandError("Give the key a name of 1 to 100 characters.")
        try:
            self.stdout.write(key_ring.make(name, scopes))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stderr.write(f"{name} may: {', '.join(scopes)}. The key is not shown again.")
