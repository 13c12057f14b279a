"""`doctor`: says what is well and what is not, one line each."""

from django.core.management.base import BaseCommand, CommandError

from config import doctor


class Command(BaseCommand):
    help = (
        "Checks settings, database, migrations, cache, broker, worker, encryption keys, and every partner: whether it "
        "can be reached and accepts the token. Changes nothing. Ends with 1 if something is wrong, and names the cure."
    )
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        sick = 0
        for finding in doctor.examine():
            mark = "ok   " if finding.is_well else "WRONG"
            self.stdout.write(f"{mark} {finding.name}: {finding.words} {finding.cure}".rstrip())
            sick += not finding.is_well
        if sick:
            raise CommandError(f"{sick} {'things are' if sick > 1 else 'thing is'} wrong; the cures stand above.")
