"""The server as such: speed, silence, stopping, the state file, the command, and what it may import."""

import ast
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

import integrations.facebook.sandbox
from integrations.facebook.sandbox import Sandbox

SYSTEM_USER = "SANDBOX-SYSTEM-USER-TOKEN"
PACKAGE = Path(integrations.facebook.sandbox.__file__).parent
ROOT = PACKAGE.parents[2]


def test_a_full_upload_is_absorbed(graph, sandbox, audience):
    keys = ["EMAIL", "PHONE", "FN", "LN", "CT", "ZIP"]
    rows = [[f"u{number}", *(graph.hash(f"{key} {number}") for key in keys)] for number in range(10_000)]
    answer = graph.upload(audience, ["EXTERN_ID", *keys], rows)
    assert answer.json()["num_received"] == sandbox.count(audience) == 10_000


def test_a_connection_is_kept(sandbox):
    with requests.Session() as session:
        ports = set()
        for _ in range(3):
            answer = session.get(f"{sandbox.url}/v26.0/me?access_token={SYSTEM_USER}", stream=True, timeout=5)
            ports.add(answer.raw.connection.sock.getsockname()[1])
            assert answer.json()["id"]
    assert len(ports) == 1


def test_many_may_send_at_once(graph, sandbox, audience):
    def upload(number):
        payload = {"schema": ["EMAIL"], "data": graph.emails(*(f"{number} {row}" for row in range(50)))}
        url = f"{sandbox.url}/v26.0/{audience}/users"
        return requests.post(url, json={"payload": payload, "access_token": SYSTEM_USER}, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(upload, range(24))) == {200}
    assert sandbox.count(audience) == 24 * 50
    assert [entry["n"] for entry in sandbox.ledger()] == list(range(1, 26))


def test_a_body_may_come_in_chunks(graph, audience):
    body = f"method=DELETE&access_token={SYSTEM_USER}".encode()
    assert graph.call("POST", audience, data=iter([body[:5], body[5:]])).json() == {"success": True}


def test_nothing_is_printed(graph, sandbox, audience, capfd):
    graph.upload(audience, ["EMAIL"], graph.emails("a"))
    graph.call("GET", f"me?access_token={SYSTEM_USER}")
    sandbox.fault("drop_before")
    with pytest.raises(requests.ConnectionError):
        graph.get("me")
    with socket.create_connection((sandbox.host, sandbox.port)) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        raw.recv(1000)
    assert capfd.readouterr() == ("", "")


def test_a_stopped_sandbox_is_down_and_comes_back_as_it_was():
    with requests.Session() as session:
        sandbox = Sandbox().start()
        me = f"{sandbox.url}/v26.0/me"
        headers = {"Authorization": f"Bearer {SYSTEM_USER}"}
        assert session.get(me, headers=headers, timeout=5).status_code == 200
        sandbox.account("act_5", name="Five")
        sandbox.stop()
        with pytest.raises(requests.ConnectionError):
            session.get(me, headers=headers, timeout=5)
        sandbox.start()
        assert session.get(f"{sandbox.url}/v26.0/act_5", headers=headers, timeout=5).status_code == 200
        sandbox.stop()


def test_stopping_does_not_wait_for_a_slow_answer():
    with Sandbox() as sandbox:
        sandbox.fault("slow", seconds=60)
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{sandbox.url}/v26.0/me", params={"access_token": SYSTEM_USER}, timeout=0.1)
        began = time.monotonic()
    assert time.monotonic() - began < 30


def test_settings_can_be_given_at_the_start_and_survive_a_reset():
    sandbox = Sandbox(delete_minimum=0, versions=("v26.0",))
    sandbox.settings(delete_minimum=7)
    sandbox.reset()
    assert sandbox.state()["settings"]["delete_minimum"] == 0


def test_time_can_be_set_by_the_test():
    sandbox = Sandbox(clock=lambda: 1_795_000_000.0)
    sandbox.account("act_1001", existing_custom_audiences=2)
    first, second = sandbox.audiences()
    assert first["time_created"] == 1_795_000_000
    assert first["id"] != second["id"]


def test_a_state_file_carries_the_world_over(tmp_path):
    file = tmp_path / "sandbox.json"
    row = ["f" * 64]
    with Sandbox(state=file) as sandbox:
        audience = sandbox.world.add_audience("act_1001", name="Kept", source="MULTI_HASHES")
        audience.people.add(("EMAIL",), [row, row, ["e" * 64]])
        audience.people.remove({("EMAIL",): {b'["' + b"e" * 64 + b'"]'}})
        sandbox.revoke(SYSTEM_USER)
        sandbox.settings(delete_minimum=3)
    assert file.stat().st_mode & 0o777 == 0o600
    again = Sandbox(state=file)
    assert again.rows(audience.id) == {"schema": ["EMAIL"], "count": 1, "rows": [row]}
    assert again.received(audience.id) == {"distinct": 2, "total": 3, "times": {"1": 1, "2": 1}}
    assert again.state()["tokens"][0]["revoked"] is True
    assert again.state()["settings"]["delete_minimum"] == 3
    assert again.audiences()[0]["operation_status"] == 200


def test_a_bug_is_told_by_its_place_only(graph, sandbox, capfd, monkeypatch):
    monkeypatch.setattr(sandbox.world, "now", lambda: {}["a secret"])
    answer = graph.get("me")
    assert answer.status_code == 500
    told = capfd.readouterr().err + answer.text
    assert "KeyError" in told
    assert "a secret" not in told


def test_it_imports_the_standard_library_orjson_and_itself():
    for file in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                ours = name.startswith("integrations.facebook.sandbox")
                assert ours or name.split(".")[0] in {*sys.stdlib_module_names, "orjson"}, f"{file.name}: {name}"


def test_the_command_runs_until_it_is_told_to_stop(tmp_path):
    file = tmp_path / "sandbox.json"
    program = (
        "from django.conf import settings; settings.configure();"
        "from integrations.facebook.management.commands.graph_sandbox import Command;"
        f"Command().run_from_argv(['manage.py', 'graph_sandbox', '--port', '0', '--state', {str(file)!r}])"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ}) as process:
        url = re.search(r"http://\S+:\d+", process.stdout.readline())[0]
        assert requests.get(f"{url}/v26.0/me", params={"access_token": SYSTEM_USER}, timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == ""
        assert process.wait(5) == 0
    assert file.exists()
