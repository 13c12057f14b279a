"""What lies in docs/deploy names what is there, takes settings that are read, and holds no key."""

import re
import shutil
import subprocess

import pytest
import yaml
from django.conf import settings
from django.urls import reverse

from tests.test_docs import settings_read

DEPLOY = settings.BASE_DIR / "docs" / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
OF_THE_DATABASE = {"POSTGRES_PASSWORD"}


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load(text("compose.yaml"))["services"]


def copied() -> set[str]:
    return {source for source, _ in re.findall(r"^COPY (?!--from)(\S+) (\S+)$", text("Dockerfile"), re.MULTILINE)}


def test_the_image_holds_the_product_and_no_more():
    folders = {app.split(".")[0] for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app.split(".")[0]).is_dir()}
    assert copied() >= {*folders, "manage.py", "requirements.txt", "templates", "static", "docs/troubleshooting.md"}
    assert all((settings.BASE_DIR / name).exists() for name in copied())
    let_in = {line[1:] for line in text("Dockerfile.dockerignore").splitlines() if line.startswith("!")}
    assert let_in == copied() and not let_in & {".env", "tests", "docs"}


def test_nobody_in_the_image_is_root_and_every_package_is_hashed():
    told = text("Dockerfile")
    assert told.index("USER 10001") < told.index("CMD") and "--require-hashes" in told


def test_the_services_wait_for_each_other_and_are_watched(services):
    assert {*services} == {"setup", "web", "worker", "database", "broker"}
    for name in ("web", "worker"):
        assert services[name]["depends_on"] == {"setup": {"condition": "service_completed_successfully"}}
    assert {*services["setup"]["depends_on"]} == {"database", "broker"}
    asks = services["web"]["healthcheck"]["test"][-1]
    assert reverse("ready") in asks and compile(asks, "compose.yaml", "exec")
    for name in ("setup", "web", "worker"):
        assert services[name]["read_only"] and services[name]["cap_drop"] == ["ALL"]
    assert "ports" not in services["database"] and "ports" not in services["broker"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_settings_are_such_and_no_key_is_written_down(services):
    told = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text("settings.env.example"), re.MULTILINE))
    assert {*told} <= settings_read() | OF_THE_DATABASE
    assert not [name for name in ("SECRET_KEY", "FERNET_KEYS", "POSTGRES_PASSWORD", "METRICS_TOKEN") if told[name]]
    assert {*services["web"]["environment"]} <= settings_read()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_what_the_docs_say(unit):
    told = unit.read_text()
    command = re.search(r"^ExecStart=/srv/audience-sync/(.*)$", told, re.MULTILINE).group(1)
    assert command.removeprefix(".venv/bin/") in (settings.BASE_DIR / "docs/operations.md").read_text()
    assert "User=audience-sync" in told and "NoNewPrivileges=yes" in told and "EnvironmentFile=" in told


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_fault(unit, tmp_path):
    """The programs that a unit names are not on this machine: Python's own path stands for them."""
    copy = tmp_path / unit.name
    copy.write_text(unit.read_text().replace("/srv/audience-sync/.venv/bin/python", shutil.which("env")))
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
