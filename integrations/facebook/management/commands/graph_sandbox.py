"""`manage.py graph_sandbox`: the stand-in for Meta's Graph API, in the foreground until Ctrl-C."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from integrations.facebook.sandbox import Sandbox


class Command(BaseCommand):
    help = "Runs a local stand-in for Meta's Graph API, for trying out, training and tests."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8099)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--state", metavar="FILE", help="keep the sandbox's world in this JSON file")

    def handle(self, *args: Any, port: int, host: str, state: str | None, **options: Any) -> None:
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        with Sandbox(port=port, host=host, state=state) as sandbox:
            self.stdout.write(f"Graph API sandbox on {sandbox.url}, control on {sandbox.url}/_sandbox/state")
            self.stdout.flush()
            stopped.wait()
