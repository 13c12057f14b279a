"""What machines ask an installation: alive, ready, how much; and that Django's deployment checks find nothing."""

import os
import subprocess
import sys

import pytest
from django.db import OperationalError, connections
from django.db import connection as database

from config.environment import ROOT
from tests.cast import facebook_step, launch, people, tick

pytestmark = pytest.mark.django_db
KEY = {"Authorization": "Bearer a-token-for-metrics"}


def gone(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")


def test_alive_says_so_without_the_database_and_ready_does_not(client):
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 200)
    with database.execute_wrapper(gone):
        assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)
    assert connections["default"].is_usable()


def test_metrics_are_for_who_has_the_token(client, settings):
    assert client.get("/metrics", headers=KEY).status_code == 404
    settings.METRICS_TOKEN = "a-token-for-metrics"  # noqa: S105
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 404
    assert client.get("/metrics", headers=KEY).headers["Content-Type"].startswith("text/plain")


def test_metrics_tell_what_waits_and_what_failed(
    client, connection, sandbox, settings, now, django_assert_max_num_queries
):
    settings.METRICS_TOKEN = "a-token-for-metrics"  # noqa: S105
    people(3)
    launch(facebook_step(), at=now)
    tick(now)
    with django_assert_max_num_queries(40):
        told = client.get("/metrics", headers=KEY).content.decode()
    assert 'audience_sync_canvases{status="active"} 1.0' in told
    for name in ("queue_depth", "overdue_seconds", "worker_silent_seconds", "removals_waiting"):
        assert f"\naudience_sync_{name} " in told
    assert "p0@example.com" not in told and "Win back" not in told


def test_check_deploy_finds_nothing():
    keys = {"SECRET_KEY": "s5" * 15 + "aBcDeFgHiJkLmNoPqRsT-_!" * 2, "FERNET_KEYS": "f" * 40, "ENV_FILE": os.devnull}
    ours = ("DEBUG", "HTTPS", "DJANGO_ALLOW_ASYNC_UNSAFE")  # a test run, the browser's too, sets them for itself
    environment = {name: value for name, value in os.environ.items() if name not in ours} | keys
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
