"""`demo --serve` as a process: everything starts, everything stops, and nothing is left behind."""

import os
import signal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from environ import Env

from config.demo import serve
from integrations.facebook.sandbox import Sandbox
from tests import running

STARTS, STOPS = 180, 30


@pytest.fixture
def product(tmp_path):
    with running.installed(tmp_path, "https://graph.facebook.com") as installation:
        installation.environment |= {"PORT": str(running.free_port()), "SANDBOX_PORT": str(running.free_port())}
        yield installation


def serving(product, *more: str):
    return product.running("demo", "--serve", "--people", "100", "--run", product.folder / "run", *more)


def said(product) -> str:
    return (product.folder / "demo.log").read_text()


def status(product, port: str, path: str = "/") -> int:
    try:
        with urlopen(f"http://127.0.0.1:{product.environment[port]}{path}", timeout=10) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


def runs(product, *parts: str) -> bool:
    return all(any(part in command for command in product.processes().values()) for part in parts)


@pytest.mark.nightly
def test_it_serves_until_it_is_told_to_stop(product):
    with serving(product) as process:
        running.wait_until(lambda: "Ctrl-C" in said(product), STARTS)
        assert status(product, "PORT") < 500
        assert status(product, "SANDBOX_PORT", "/_sandbox/state") == 200
        assert "marketer@fernway.example" in said(product)
        running.wait_until(lambda: runs(product, "gunicorn", "graph_sandbox", "worker", "qcluster"), STARTS)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOPS) == 0
        assert product.processes() == {}
    with serving(product):
        running.wait_until(lambda: said(product).count("Ctrl-C") == 2, STARTS)
    assert product.processes() == {}
    assert "Everything adds up." in product.manage("audit_sync")


@pytest.mark.nightly
def test_when_one_process_dies_all_stop_and_it_says_which(product):
    with serving(product) as process:
        running.wait_until(lambda: "Ctrl-C" in said(product), STARTS)
        sandbox = next(pid for pid, command in product.processes().items() if "graph_sandbox" in command)
        os.kill(sandbox, signal.SIGKILL)
        assert process.wait(STOPS) == 1
    assert "The sandbox has ended" in said(product)
    assert product.processes() == {}


@pytest.mark.nightly
def test_a_port_that_is_taken_is_named_with_the_cure(product):
    product.environment["PORT"] = product.environment["SANDBOX_PORT"]
    with Sandbox(port=int(product.environment["PORT"])), serving(product) as process:
        assert process.wait(STARTS) == 1
    assert "Say PORT= and another number" in said(product)


@pytest.mark.nightly
def test_once_prints_numbers_that_add_up_and_ends(product):
    out = product.manage("demo", "--once", "--people", "100", "--run", product.folder / "run")
    assert "Synced" in out and "Win back lapsed customers (active)" in out and "Everything adds up." in out
    assert product.processes() == {}


def test_its_messages_are_put_into_a_folder_of_its_own(tmp_path):
    plan = serve.Plan(people=1, port=1, sandbox_port=2, run=tmp_path / "run", once=False)
    found = Env.email_url_config(serve.Processes(plan).settings["EMAIL_URL"])
    assert found["EMAIL_FILE_PATH"] == str(tmp_path / "run" / "mails")
    assert found["EMAIL_BACKEND"].endswith("filebased.EmailBackend")
