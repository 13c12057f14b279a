"""Django's settings. What may differ between installations comes from `environment`; the rest is decided here."""

from csp.constants import NONE, SELF

from . import environment as env
from . import logs

env.read_file()

BASE_DIR = env.ROOT
SECRET_KEY = env.secret_key()
FERNET_KEYS = env.fernet_keys(SECRET_KEY)
DEBUG = env.flag("DEBUG", default=False)
ALLOWED_HOSTS = env.env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
BRAND_NAME = env.text("BRAND_NAME")
# Uploaded CSV files lie here until they are imported; never served. Web and worker need the same folder.
IMPORT_DIR = env.text("IMPORT_DIR", str(BASE_DIR / "run" / "imports"))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_q",
    "config.team",
    "config",
    "audiences",
    "canvas",
    "integrations",
    "integrations.facebook",
    "integrations.mail",
    "integrations.webhook",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.requests.KnownById",
    "config.team.middleware.KeptNowhere",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.team.middleware.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.team.middleware.ReadersTimeZone",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.navigation.around",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Files are served from where they lie: nothing has to be collected first.
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True

# Sign-in. Nobody can sign up; cookies go over HTTPS only, unless HTTPS=false says that this is a local trial.
HTTPS = env.flag("HTTPS", True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS if host != "*"] if HTTPS else []
SECURE_REFERRER_POLICY = "same-origin"
# Browsers come by HTTPS only, for a year. Whether other hosts of the domain do too is not ours to say (W005, W021),
# and the proxy that ends TLS leads from HTTP to HTTPS (W008).
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.reporting.NothingPrivate"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL = "account_login", "home"
ACCOUNT_ADAPTER = "config.team.adapter.ClosedSignUp"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Throttling counts by client: as many proxies in front of us as this are believed what they say of it.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.number("TRUSTED_PROXIES", 0, 0, 9))
# A second step for whoever wants one. Accounts come by an invitation to the address, which verifies it.
MFA_ADAPTER = "config.team.two_step.TwoStep"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = BRAND_NAME or "Audience Sync"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# No script, style, font or picture from anywhere else, and none inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATABASES = {"default": env.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "team.User"

TIME_ZONE = env.time_zone()
USE_TZ = True
LANGUAGE_CODE = "en"
USE_I18N = False

vars().update(env.mail())
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "audience-sync@localhost")
PUBLIC_URL = env.url("PUBLIC_URL", "", ("https", "http"))

CACHES = {
    # Sign-in throttling counts here, so all processes share it.
    "default": env.cache(),
    "qstats": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "qstats"},
}

API_CALLS_PER_MINUTE = int(env.number("API_CALLS_PER_MINUTE", 600, 1, 1_000_000))

METRICS_TOKEN = env.text("METRICS_TOKEN")

WEBHOOK_PRIVATE_HOSTS = env.hosts("WEBHOOK_PRIVATE_HOSTS")

# Facebook, and how hard we try (see README, "Settings").
FACEBOOK_GRAPH_URL = env.graph_url()
FACEBOOK_GRAPH_VERSION = env.graph_version()
SYNC_RETRY_HOURS = env.number("SYNC_RETRY_HOURS", 13, 0.01, 240)
SYNC_BATCH_SIZE = int(env.number("SYNC_BATCH_SIZE", 10_000, 1, 10_000))
SYNC_LEASE_SECONDS = env.number("SYNC_LEASE_SECONDS", 90, 2, 100)
# For each thing that the mail server is asked; a message is a handful of them, and has to be over within its lease.
# While it takes a message it has longer: see integrations/mail/backend.py.
EMAIL_TIMEOUT = max(1.0, SYNC_LEASE_SECONDS / 12)
ATTEMPT_RETENTION_DAYS = env.number("ATTEMPT_RETENTION_DAYS", 400, 1, 3650)

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

FILE_UPLOAD_HANDLERS = [
    "config.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# A filter of 200 conditions has up to six fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = logs.settings(env.log_format())
