"""`worker`: runs the queue and keeps it alive."""

from django.core.management.base import BaseCommand

from config import schedules
from config.supervisor import Supervisor

MARGIN = 10


class Command(BaseCommand):
    help = "Runs what is due: moves people, sends batches. Supervises the queue and restarts it when it hangs."

    def handle(self, *args, **options) -> None:
        Supervisor(dead_after=schedules.LONGEST_TASK + MARGIN).run()
