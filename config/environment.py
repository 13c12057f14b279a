"""Every setting that comes from outside: its name, its default, and what to do when it is wrong.

`read()` raises ImproperlyConfigured naming the setting and the cure; `write_missing()` makes a first `.env`.
"""

import os
import re
import secrets
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
SETUP = (
    "Run `python manage.py setup`: it writes a `.env` with new keys. A line that is there stays: an empty one is yours."
)
LOCAL = ("127.0.0.1", "localhost", "::1")
env = environ.Env()


def env_file() -> Path:
    return Path(os.environ.get("ENV_FILE", ROOT / ".env"))


def read_file() -> None:
    if env_file().is_file():
        env.read_env(str(env_file()))


def wrong(name: str, why: str, cure: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"the setting {name} {why}. {cure}")


def text(name: str, default: str = "") -> str:
    return env.str(name, default=default).strip()


def flag(name: str, default: bool) -> bool:
    value = text(name).lower() or str(default).lower()
    if value not in ("true", "yes", "on", "1", "false", "no", "off", "0"):
        raise wrong(name, f"is {value!r}", "Write true or false.")
    return value in ("true", "yes", "on", "1")


def secret_key() -> str:
    key = text("SECRET_KEY")
    if not key:
        raise wrong("SECRET_KEY", "is missing", SETUP)
    if len(key) < 32:
        raise wrong("SECRET_KEY", "is too short", "Use at least 32 random characters.")
    return key


def fernet_keys(secret: str) -> list[str]:
    """The first key encrypts, all decrypt. They are stretched by no one, so each must be random."""
    keys = [key.strip() for key in env.list("FERNET_KEYS", default=[]) if key.strip()]
    if not keys:
        raise wrong("FERNET_KEYS", "is missing", SETUP)
    if any(len(key) < 32 for key in keys):
        raise wrong("FERNET_KEYS", "holds a key that is too short", "Each needs at least 32 random characters.")
    if secret in keys:
        raise wrong("FERNET_KEYS", "repeats SECRET_KEY", "Use a key of its own, so that either can be replaced alone.")
    return keys


def number(name: str, default: float, low: float, high: float) -> float:
    raw = text(name) or str(default)
    try:
        value = float(raw)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        raise wrong(name, f"is {raw!r}", f"Give a number from {low:g} to {high:g} (default {default:g}).")
    return value


def url(name: str, default: str, schemes: tuple[str, ...]) -> str:
    value = text(name) or default
    if value and not is_address(value, schemes):
        raise wrong(name, "is not a usable address", f"It starts with {' or '.join(s + '://' for s in schemes)}.")
    return value.rstrip("/")


def hosts(name: str) -> list[str]:
    return [host.strip().lower() for host in env.list(name, default=[]) if host.strip()]


def is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def time_zone() -> str:
    """The company's time zone: what a date without one means, and when "today" begins."""
    name = text("TIME_ZONE") or "UTC"
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("TIME_ZONE", f"is {name!r}", "Use a name like Europe/Berlin.") from None
    return name


def graph_url() -> str:
    """Plain HTTP is for a sandbox on this machine: over a network the token would travel in clear."""
    value = url("FACEBOOK_GRAPH_URL", "https://graph.facebook.com", ("https", "http"))
    if urlsplit(value).scheme == "http" and urlsplit(value).hostname not in LOCAL:
        raise wrong("FACEBOOK_GRAPH_URL", "would send the token in clear", "Use https://.")
    return value


def graph_version(default: str = "v26.0") -> str:
    value = text("FACEBOOK_GRAPH_VERSION") or default
    if not (value.startswith("v") and value[1:].replace(".", "", 1).isdigit() and value.endswith(".0")):
        raise wrong("FACEBOOK_GRAPH_VERSION", f"is {value!r}", f"Write it like {default}.")
    return value


def database() -> dict:
    """SQLite beside manage.py unless DATABASE_URL says otherwise; the options are those that were measured."""
    try:
        config = env.db_url_config(text("DATABASE_URL") or f"sqlite:///{ROOT / 'db.sqlite3'}")
    except Exception:
        raise wrong("DATABASE_URL", "can't be read", POSTGRES) from None
    if not config["NAME"]:
        raise wrong("DATABASE_URL", "names no database", POSTGRES)
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Tests get a file as well: several connections at once are what they are about.
        return config | {"OPTIONS": SQLITE_OPTIONS, "TEST": {"NAME": str(ROOT / "test.sqlite3")}}
    if config["ENGINE"] == "django.db.backends.postgresql":
        return {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True} | config
    raise wrong("DATABASE_URL", "names a database that is not supported", "Use postgres:// or sqlite:///.")


POSTGRES = "Write postgres://USER:PASSWORD@HOST:5432/NAME."
SQLITE_OPTIONS = {
    "timeout": 20,
    "transaction_mode": "IMMEDIATE",
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192;",
}


def broker() -> dict:
    """Arguments for django-q2: the database is the broker unless BROKER_URL names a Redis."""
    redis = url("BROKER_URL", "", ("redis", "rediss"))
    return {"redis": redis} if redis else {"orm": "default"}


def cache() -> dict:
    """Redis where it is the broker, else a table of the database."""
    redis = url("BROKER_URL", "", ("redis", "rediss"))
    if redis:
        return {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": redis, "KEY_PREFIX": "page"}
    return {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}


def mail() -> dict:
    """Django's e-mail settings. Without EMAIL_URL, mails are written to the console."""
    try:
        return env.email_url("EMAIL_URL", default="consolemail://")
    except Exception as error:
        cure = "Write smtp+tls://USER:PASSWORD@HOST:587, or leave it out: mails are then written to the console."
        raise wrong("EMAIL_URL", "can't be read", cure) from error


def log_format() -> str:
    style = text("LOG_FORMAT") or "text"
    if style not in ("text", "json"):
        raise wrong("LOG_FORMAT", f"is {style!r}", "Write text or json.")
    return style


def write_missing() -> None:
    """Writes `.env` with fresh keys (readable by its owner only); never changes a line that is there."""
    path = env_file()
    present = path.read_text() if path.is_file() else ""
    missing = [name for name in KEYS if not os.environ.get(name) and not has_line(present, name)]
    if missing:
        lines = "".join(f"{name}={secrets.token_urlsafe(48)}\n" for name in missing)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            os.fchmod(descriptor, 0o600)
            file.write(lines if not present or present.endswith("\n") else f"\n{lines}")


def has_line(text: str, name: str) -> bool:
    return re.search(rf"^\s*(export\s+)?{name}\s*=", text, re.MULTILINE) is not None


KEYS = ("SECRET_KEY", "FERNET_KEYS")
