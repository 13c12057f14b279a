"""The whole product in the foreground: sandbox, web and worker as processes that live and die together."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError
from urllib.request import urlopen

from django.db import connection

from config.environment import ROOT

from . import fill, sign_ins
from .brand import BUSINESS, SENDER

MANAGE = (sys.executable, str(ROOT / "manage.py"))
HOST = "127.0.0.1"
STARTS_WITHIN = 30.0
STOPS_WITHIN = 25.0
"""Seconds; longer than the worker's own grace for the queue."""


class NotServed(Exception):
    """The demo could not be started or went down; the message says why."""


@dataclass(frozen=True)
class Plan:
    """What was asked for on the command line."""

    people: int
    port: int
    sandbox_port: int
    run: Path
    once: bool

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def mails(self) -> Path:
        """Where messages are put that would leave this machine."""
        return self.run.resolve() / "mails"

    @property
    def state(self) -> Path:
        return self.run / "sandbox.json"


class Processes:
    """Each in a session of its own: a Ctrl-C comes to us alone, and we stop them in order, the last one first."""

    def __init__(self, plan: Plan) -> None:
        # Plain HTTP on this machine: cookies that go over HTTPS only would let nobody sign in.
        self.settings = {
            "DJANGO_SETTINGS_MODULE": "config.settings", "HTTPS": "false", "BRAND_NAME": BUSINESS["name"],
            "PUBLIC_URL": plan.url, "EMAIL_URL": f"filemail:///{plan.mails}", "DEFAULT_FROM_EMAIL": SENDER,
        }  # fmt: skip
        self.running: dict[str, subprocess.Popen] = {}
        self.stopped = threading.Event()

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopped.set())
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        for process in reversed(self.running.values()):
            process.terminate()
        for process in self.running.values():
            end(process)

    def start(self, name: str, *command: str, graph_url: str = "", quiet: bool = False) -> subprocess.Popen:
        environment = os.environ | self.settings | {"FACEBOOK_GRAPH_URL": graph_url}
        process = subprocess.Popen(
            command, env=environment, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL if quiet else None
        )
        self.running[name] = process
        return process

    def fallen(self) -> str:
        """The name of one that has ended, or nothing."""
        return next((name for name, process in self.running.items() if process.poll() is not None), "")

    def finish(self, name: str) -> bool:
        """Waits for one that ends by itself. False: it failed, or we were told to stop."""
        process = self.running[name]
        while process.poll() is None and not self.stopped.wait(0.05):
            pass
        return process.poll() == 0 and bool(self.running.pop(name))

    def wait_for(self, url: str) -> None:
        """Until something answers there, whatever it says."""
        for _ in range(int(STARTS_WITHIN / 0.1)):
            if self.stopped.is_set() or answers(url):
                return
            if name := self.fallen():
                raise NotServed(f"The {name} did not start; what it said stands above.")
            self.stopped.wait(0.1)
        raise NotServed(f"Nothing answered at {url} within {STARTS_WITHIN:.0f} seconds.")


def end(process: subprocess.Popen) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(STOPS_WITHIN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=2):
            return True
    except HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def run(plan: Plan, processes: Processes, say: Callable[[Iterable[str]], None]) -> None:
    """Until it is told to stop. NotServed when one of the processes ends by itself."""
    refuse_taken(plan.port, "PORT")
    fill_if_new(plan, processes)
    if processes.stopped.is_set():
        return
    processes.start("web", *web_command(plan), graph_url=plan.sandbox_url)
    processes.start("worker", *MANAGE, "worker", graph_url=plan.sandbox_url)
    processes.wait_for(plan.url)
    if not processes.stopped.is_set():
        say(greeting(plan))
    connection.close()
    while not processes.stopped.wait(0.5):
        if name := processes.fallen():
            raise NotServed(f"The {name} has ended by itself, so everything was stopped.")


def fill_if_new(plan: Plan, processes: Processes) -> None:
    """Starts the sandbox, with a new world for a new database."""
    is_new = fill.is_new()
    refuse_taken(plan.sandbox_port, "SANDBOX_PORT")
    plan.run.mkdir(parents=True, exist_ok=True)
    if is_new:
        plan.state.unlink(missing_ok=True)
    sandbox = ("graph_sandbox", "--port", str(plan.sandbox_port), "--state", str(plan.state))
    processes.start("sandbox", *MANAGE, *sandbox, quiet=True)
    processes.wait_for(f"{plan.sandbox_url}/_sandbox/state")
    if is_new and not processes.stopped.is_set():
        processes.start("fill", *MANAGE, "demo", "--people", str(plan.people), graph_url=plan.sandbox_url, quiet=True)
        if not processes.finish("fill") and not processes.stopped.is_set():
            raise NotServed("The demo brand could not be set up; the reason stands above.")


def refuse_taken(port: int, name: str) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise NotServed(f"Port {port} is taken. Say {name}= and another number in front of the command.") from None


def web_command(plan: Plan) -> tuple[str, ...]:
    server = (sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{plan.port}")
    return (*server, "--workers", "1", "--threads", "8", "--log-level", "warning", "--no-control-socket")


def greeting(plan: Plan) -> list[str]:
    return [
        "",
        f"Audience Sync runs on {plan.url}",
        f"  against a sandbox of Facebook on {plan.sandbox_url} (nothing leaves this machine:",
        f"  messages are put into {plan.mails})",
        "",
        "Sign in as",
        *sign_ins.lines(),
        "",
        "Ctrl-C stops everything; the data is kept.",
    ]
