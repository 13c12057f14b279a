"""`demo`: the demo brand in a new database, its numbers, its people as CSV, or the whole product running on it."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config import environment
from config.demo import fill, people, serve, sign_ins, table

PEOPLE = 5_000
NEWCOMERS = 100_001
"""The first number in a CSV file: its people are not those of the demo's database."""


class Command(BaseCommand):
    help = (
        "Fills a new database with a believable brand and connects the sandbox at FACEBOOK_GRAPH_URL; a database that "
        "has the brand already is kept. --serve runs web, worker and sandbox on it until Ctrl-C."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help=f"how many ({PEOPLE:,})")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--serve", action="store_true", help="run everything in the foreground; fills what is new")
        what.add_argument("--once", action="store_true", help="fill what is new with a sandbox of its own, then print")
        what.add_argument("--csv", type=Path, metavar="FILE", help="only write people to a CSV file, to import them")
        port, sandbox = (int(environment.number(*one, 1, 65_535)) for one in (("PORT", 8000), ("SANDBOX_PORT", 8099)))
        parser.add_argument("--port", type=int, default=port, help="of the web pages (PORT, 8000)")
        parser.add_argument("--sandbox-port", type=int, default=sandbox, help="of the sandbox (SANDBOX_PORT, 8099)")
        parser.add_argument("--run", type=Path, default=environment.ROOT / "run", help="keeps the sandbox's state")

    def handle(self, *args, csv: Path | None, **options) -> None:
        try:
            if csv:
                self.write(csv, options["people"])
            elif options["serve"] or options["once"]:
                self.serve(serve.Plan(**{name: options[name] for name in serve.Plan.__annotations__}))
            else:
                self.fill(options["people"])
        except (fill.NotFilled, serve.NotServed) as error:
            raise CommandError(str(error)) from None

    def write(self, path: Path, count: int) -> None:
        try:
            path.write_text(people.text(people.rows(count, timezone.now(), NEWCOMERS)), encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"{path} can't be written: {error.strerror}.") from None
        self.stdout.write(f"{count:,} people are in {path}.")

    def fill(self, count: int) -> None:
        call_command("setup", stdout=self.stdout)
        if fill.is_new():
            fill.fill(count, timezone.now())
            self.stdout.write(f"Fernway Outdoor is here, with {count:,} people.")
        else:
            self.stdout.write("Fernway Outdoor is here already; it was kept as it is.")
        self.say(sign_ins.lines())

    def serve(self, plan: serve.Plan) -> None:
        call_command("setup", stdout=self.stdout)
        with serve.Processes(plan) as processes:
            if plan.once:
                serve.fill_if_new(plan, processes)
                self.say(table.lines())
                call_command("audit_sync", stdout=self.stdout)
            else:
                serve.run(plan, processes, self.say)

    def say(self, lines) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()
