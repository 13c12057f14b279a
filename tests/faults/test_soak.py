"""The short versions of `make soak`, and of losing the servers that the product stands on."""

import os
import shutil
import subprocess
import sys

import pytest

from config.environment import ROOT
from tests.faults.servers import postgres_binaries


def run(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_short_soak_loses_nobody():
    assert "0 lost, everything adds up" in run("tests.faults.soak", "8")


@pytest.mark.nightly
def test_a_long_soak_loses_nobody():
    print(run("tests.faults.soak", "120"))


needs_servers = pytest.mark.skipif(
    not postgres_binaries() or not shutil.which("redis-server"),
    reason="PostgreSQL's initdb and redis-server are not installed here: nothing to kill",
)


@pytest.mark.nightly
@needs_servers
def test_a_database_and_a_redis_that_are_killed_in_mid_flight_lose_nobody():
    assert "1,001 people" in run("tests.faults.without_services", "1")


@pytest.mark.nightly
@needs_servers
def test_they_may_be_killed_again_and_again():
    assert "5,001 people" in run("tests.faults.without_services", "5")
