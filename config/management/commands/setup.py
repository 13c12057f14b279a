"""`setup`: makes an installation ready. Safe to repeat."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django_q.models import Schedule


class Command(BaseCommand):
    help = "Writes a .env with new keys where there is none, migrates the database, sets up the schedule."

    def handle(self, *args, **options) -> None:
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        sweep = {"func": "config.schedules.work", "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1}
        Schedule.objects.update_or_create(name="sweep", defaults=sweep)
        self.stdout.write("Ready.")
