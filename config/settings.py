"""Django's settings. What may differ between installations comes from `environment`; the rest is decided here."""

from . import environment as env

env.read_file()

BASE_DIR = env.ROOT
SECRET_KEY = env.secret_key()
FERNET_KEYS = env.fernet_keys(SECRET_KEY)
DEBUG = env.env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_q",
    "config.team",
    "config",
    "audiences",
    "canvas",
    "integrations",
    "integrations.facebook",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "team.User"

TIME_ZONE = env.time_zone()
USE_TZ = True
LANGUAGE_CODE = "en"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "qstats": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "qstats"},
}

# Facebook, and how hard we try (see README, "Settings").
FACEBOOK_GRAPH_URL = env.url("FACEBOOK_GRAPH_URL", "https://graph.facebook.com", ("https", "http"))
FACEBOOK_GRAPH_VERSION = env.graph_version()
SYNC_RETRY_HOURS = env.number("SYNC_RETRY_HOURS", 13, 0.01, 240)
SYNC_BATCH_SIZE = int(env.number("SYNC_BATCH_SIZE", 10_000, 1, 10_000))
SYNC_LEASE_SECONDS = env.number("SYNC_LEASE_SECONDS", 90, 2, 100)

# django-q2 is the clock and the hands, never the memory: no results, no retries of its own.
Q_CLUSTER = {
    "name": "audience-sync",
    "label": "Queue",
    "workers": 2,
    "timeout": 120,
    "retry": 420,
    "queue_limit": 2,
    "bulk": 1,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "recycle": 500,
    "max_rss": 300_000,
    "poll": 0.5,
    "cache": "qstats",
    "ALT_CLUSTERS": {},
    **env.broker(),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # At DEBUG, urllib3 writes request lines, and one of Facebook's carries a token (debug_token).
    "loggers": {"urllib3": {"level": "WARNING"}, "django-q": {"level": "WARNING"}},
}
