"""`tick`: one pass of the clock, without a queue."""

import json

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from canvas import values
from config import schedules


class Command(BaseCommand):
    help = "Does everything that is due, until nothing is, and prints what it did as one JSON line."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--now", metavar="ISO8601", help="do what is due at that time, as if it were now")

    def handle(self, *args, now: str | None = None, **options) -> None:
        done = schedules.run(self.clock(now))
        self.stdout.write(json.dumps(dict(done), sort_keys=True))

    def clock(self, now: str | None):
        if now is None:
            return timezone.now
        try:
            moment = values.instant(now)
        except ValueError as error:
            raise CommandError(f"--now: {error}") from None
        return lambda: moment
