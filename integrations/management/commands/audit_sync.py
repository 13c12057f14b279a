"""`audit_sync`: recounts everything from rows."""

from django.core.management.base import BaseCommand, CommandError

from canvas import recount as canvas_recount
from integrations import recount


class Command(BaseCommand):
    help = "Recounts everything from rows; names every difference and exits 1 if there is any."

    def handle(self, *args, **options) -> None:
        found = [*canvas_recount.differences(), *recount.differences()]
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences.")
        self.stdout.write("Everything adds up.")
