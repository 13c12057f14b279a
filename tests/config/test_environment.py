"""A wrong or missing setting is named with its cure, in one line; `setup` makes a first `.env` and spoils none."""

import importlib.util
import os
import stat
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from config.environment import ROOT

LONG, OTHER = "s" * 40, "f" * 40


@pytest.fixture(autouse=True)
def env_file(tmp_path, monkeypatch):
    """An installation whose `.env` doesn't exist yet and whose environment holds both keys."""
    path = tmp_path / ".env"
    monkeypatch.setenv("ENV_FILE", str(path))
    monkeypatch.setenv("SECRET_KEY", LONG)
    monkeypatch.setenv("FERNET_KEYS", OTHER)
    return path


@pytest.fixture
def no_keys(monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    monkeypatch.delenv("FERNET_KEYS")


def read_settings():
    """The settings as a process that starts now would read them."""
    found = importlib.util.spec_from_file_location("config.settings_again", ROOT / "config/settings.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


WRONG = [
    ("SECRET_KEY", "", "python manage.py setup"),
    ("SECRET_KEY", "short", "at least 32 random characters"),
    ("FERNET_KEYS", "", "python manage.py setup"),
    ("FERNET_KEYS", " , ,", "python manage.py setup"),
    ("FERNET_KEYS", "short", "at least 32 random characters"),
    ("FERNET_KEYS", f"{OTHER},short", "at least 32 random characters"),
    ("FERNET_KEYS", LONG, "a key of its own"),
    ("DEBUG", "maybe", "true or false"),
    ("TIME_ZONE", "Mars/Olympus", "Europe/Berlin"),
    ("TIME_ZONE", "Europe", "Europe/Berlin"),
    ("TIME_ZONE", "../etc/passwd", "Europe/Berlin"),
    ("FACEBOOK_GRAPH_URL", "graph.facebook.com", "https://"),
    ("FACEBOOK_GRAPH_URL", "https://", "https://"),
    ("FACEBOOK_GRAPH_URL", "http://[", "https://"),
    ("FACEBOOK_GRAPH_URL", "http://graph.facebook.com", "in clear"),
    ("HTTPS", "perhaps", "true or false"),
    ("LOG_FORMAT", "xml", "text or json"),
    ("EMAIL_URL", "carrier-pigeon://x", "smtp+tls://"),
    ("FACEBOOK_GRAPH_URL", "https://graph.facebook.com:port", "https://"),
    ("FACEBOOK_GRAPH_VERSION", "26", "v26.0"),
    ("BROKER_URL", "amqp://127.0.0.1", "redis://"),
    ("SYNC_RETRY_HOURS", "long", "0.01 to 240"),
    ("SYNC_BATCH_SIZE", "10001", "1 to 10000"),
    ("SYNC_BATCH_SIZE", "nan", "1 to 10000"),
    ("SYNC_LEASE_SECONDS", "-1", "2 to 100"),
    ("DATABASE_URL", "mysql://root@127.0.0.1/people", "postgres:// or sqlite:///"),
    ("DATABASE_URL", "postgres://127.0.0.1:port/people", "postgres://USER"),
    ("DATABASE_URL", "postgres://127.0.0.1", "postgres://USER"),
    ("DATABASE_URL", "people.db", "postgres://USER"),
]


@pytest.mark.parametrize(("name", "value", "cure"), WRONG, ids=[f"{name}={value}" for name, value, _ in WRONG])
def test_a_wrong_setting_is_named_with_its_cure(monkeypatch, name, value, cure):
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_settings()
    assert f"the setting {name} " in str(refusal.value) and cure in str(refusal.value)


EMPTY = ("TIME_ZONE", "DATABASE_URL", "BROKER_URL", "FACEBOOK_GRAPH_URL", "FACEBOOK_GRAPH_VERSION", "SYNC_BATCH_SIZE")


def test_an_empty_line_means_the_default(monkeypatch):
    for name in EMPTY:
        monkeypatch.setenv(name, " ")
    settings = read_settings()
    assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert settings.Q_CLUSTER["orm"] == "default"
    assert settings.FACEBOOK_GRAPH_URL == "https://graph.facebook.com"
    assert (settings.TIME_ZONE, settings.SYNC_BATCH_SIZE) == ("UTC", 10_000)


def test_several_fernet_keys_are_kept_in_their_order(monkeypatch):
    monkeypatch.setenv("FERNET_KEYS", f"{OTHER}, {'g' * 40}")
    assert read_settings().FERNET_KEYS == [OTHER, "g" * 40]


@pytest.mark.parametrize("name", ["SECRET_KEY", "FERNET_KEYS", "DATABASE_URL", "BROKER_URL"])
def test_what_may_be_secret_is_not_repeated(monkeypatch, name):
    monkeypatch.setenv(name, "jane:a-password")
    with pytest.raises(ImproperlyConfigured) as refusal:
        read_settings()
    assert "a-password" not in str(refusal.value) and refusal.value.__cause__ is None


@pytest.mark.parametrize("command", ["tick", "setup", "migrate", "worker"])
def test_a_program_with_a_wrong_setting_ends_with_one_line(command):
    done = subprocess.run(
        [sys.executable, "manage.py", command], cwd=ROOT, env=os.environ | {"SYNC_BATCH_SIZE": "many"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1 and not done.stdout
    assert (
        done.stderr.startswith("Not started: the setting SYNC_BATCH_SIZE is 'many'.") and done.stderr.count("\n") == 1
    )


def lines(path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line and line[0] != "#")


def test_setup_writes_fresh_keys_that_only_the_owner_can_read(env_file, no_keys):
    environment.write_missing()
    written = lines(env_file)
    assert written.keys() == {"SECRET_KEY", "FERNET_KEYS"} and len(set(written.values())) == 2
    assert min(map(len, written.values())) >= 64
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    env_file.unlink()
    environment.write_missing()
    assert not set(lines(env_file).values()) & set(written.values())


def test_setup_changes_no_line_that_is_there(env_file, no_keys):
    env_file.write_text(f"# mine\nexport SECRET_KEY={LONG}\nFERNET_KEYS={OTHER}\n")
    before = env_file.read_bytes()
    environment.write_missing()
    assert env_file.read_bytes() == before


@pytest.mark.parametrize("mine", ["TIME_ZONE=Europe/Berlin", "# SECRET_KEY=\nMY_SECRET_KEY=x\n"])
def test_setup_adds_what_is_missing_below_what_is_there(env_file, no_keys, mine):
    env_file.write_text(mine)
    env_file.chmod(0o644)
    environment.write_missing()
    assert env_file.read_text().startswith(mine.rstrip() + "\n")
    assert {"SECRET_KEY", "FERNET_KEYS"} <= lines(env_file).keys()
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_setup_writes_nothing_where_the_environment_has_the_keys(env_file):
    environment.write_missing()
    assert not env_file.exists()


@pytest.mark.nightly
def test_an_installation_begins_with_setup(env_file, no_keys, tmp_path):
    """`setup` alone may run before there is a `.env`."""
    own = os.environ | {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}

    def manage(command: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "manage.py", command], cwd=ROOT, env=own, capture_output=True, text=True, timeout=60
        )

    refused = manage("tick")
    assert refused.returncode == 1 and "python manage.py setup" in refused.stderr
    for _ in range(2):
        assert manage("setup").stdout == "Ready.\n"
    assert manage("tick").stdout == "{}\n"
