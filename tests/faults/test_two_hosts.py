"""Two workers on hosts of their own, one database: network namespaces, each with its own address. One of them dies.

Needs PostgreSQL, root, iproute2 and socat, so it runs by night and where these are.
"""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest

from tests import running
from tests.stories import messy
from tests.stories.test_main_job import assert_numbers, is_full, launch, settled

SERVICES = [os.environ.get("DATABASE_URL", ""), os.environ.get("BROKER_URL", "")]
HAS_HOSTS = os.geteuid() == 0 and shutil.which("ip") and shutil.which("socat")
pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(
        not (SERVICES[0].startswith("postgres") and SERVICES[1]), reason="two hosts need PostgreSQL and Redis"
    ),
    pytest.mark.skipif(not HAS_HOSTS, reason="needs root, ip and socat"),
]


class Host:
    """A network namespace with a wire to this machine; what it asks of its own 127.0.0.1 goes over the wire."""

    def __init__(self, number: int) -> None:
        self.name, self.there, self.here = f"host{number}", f"10.199.{number}.2", f"10.199.{number}.1"
        self.wire = f"wire{number}"

    def up(self) -> None:
        ip("netns", "add", self.name)
        ip("link", "add", self.wire, "type", "veth", "peer", "name", "out", "netns", self.name)
        ip("addr", "add", f"{self.here}/30", "dev", self.wire)
        ip("link", "set", self.wire, "up")
        ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", "out")
        for link in ("lo", "out"):
            ip("-n", self.name, "link", "set", link, "up")

    def command(self, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.name, *words]

    def forwards(self, port: int) -> list[list[str]]:
        listen = "TCP-LISTEN:{},bind={},fork,reuseaddr"
        here = ["socat", listen.format(port, self.here), f"TCP:127.0.0.1:{port}"]
        return [here, self.command("socat", listen.format(port, "127.0.0.1"), f"TCP:{self.here}:{port}")]

    def kill(self) -> None:
        """As when somebody pulls its plug."""
        pids = subprocess.run(["ip", "netns", "pids", self.name], capture_output=True, text=True, check=True).stdout
        for pid in map(int, pids.split()):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


@contextmanager
def hosts(count: int, ports: list[int]) -> Iterator[list[Host]]:
    made = [Host(number) for number in range(1, count + 1)]
    with ExitStack() as stack:
        for host in made:
            stack.callback(subprocess.run, ["ip", "netns", "del", host.name], check=False)
            host.up()
            stack.callback(host.kill)
            for command in (one for port in ports for one in host.forwards(port)):
                process = stack.enter_context(subprocess.Popen(command))
                stack.callback(process.kill)
        yield made


def test_the_other_host_goes_on_when_one_dies_in_mid_sync(sandbox, tmp_path):
    everybody, ports = messy.crowd(4_000), [urlsplit(url).port for url in (*SERVICES, sandbox.url)]
    sandbox.fault("slow", times=None, seconds=0.3, path_regex="/users$")
    small = {"SYNC_BATCH_SIZE": "200", "SYNC_LEASE_SECONDS": "5"}
    with hosts(2, ports) as both, running.installed(tmp_path, sandbox.url, **small) as product:
        launch(product, everybody)
        workers = [subprocess.Popen(host.command(*running.MANAGE, "worker"), env=product.environment) for host in both]
        running.wait_until(lambda: sandbox.audiences()[0]["size"] >= 600, 60)
        assert not is_full(sandbox, everybody)
        both[0].kill()
        running.wait_until(lambda: is_full(sandbox, everybody), 120)
        settled(product)
        assert_numbers(product, everybody)
        both[1].kill()
        assert [worker.wait(10) for worker in workers] == [-signal.SIGKILL] * 2
    held = sandbox.rows(sandbox.audiences()[0]["id"])["rows"]
    assert set(map(tuple, held)) == {person.row for person in everybody if person.has_a_field}
