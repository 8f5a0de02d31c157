"""One settings file. Environment variables make it a production site; without them it is embedded.

Embedded (no DATABASE_URL): SQLite, mail and the secret key live in `var/`, one process, no Redis.
Production (DATABASE_URL set): PostgreSQL and Redis, and every embedded short cut is refused.
docs/settings.md lists every variable.
"""

from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from marketplace import env, logs, reporting

# Lets forms and admins name their model in a type, as in ModelForm[User].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))
EMBEDDED = not env.text("DATABASE_URL")
if EMBEDDED:
    VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.flag("DEBUG", default=False)

if EMBEDDED:
    SECRET_KEY = env.text("SECRET_KEY") or env.kept_secret(VAR_DIR / "secret_key")
    ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
else:
    SECRET_KEY = env.required("SECRET_KEY", "A production site needs a long random one of its own.")
    env.required("ALLOWED_HOSTS", "Name the hosts this site answers to, separated by commas.")
    ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", [])
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS", [])

# Applications

INSTALLED_APPS = [
    "marketplace",
    "messaging",
    "eligibility",
    "accounts",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "marketplace.health.ahead",
    "marketplace.observed.observed",
    "accounts.deadline.limited",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketplace.middleware.plain_methods",
    "marketplace.middleware.see_other",
    "marketplace.middleware.well_formed_input",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "marketplace.middleware.SignedInUnlessSaid",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "marketplace.middleware.sessions_seen",
    "marketplace.middleware.private_pages",
    "marketplace.middleware.readers_time_zone",
]

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
ASGI_APPLICATION = "marketplace.asgi.application"

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
                "messaging.context.reader",
            ],
            "builtins": ["messaging.templatetags.reading"],
        },
    },
]

# Data

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if EMBEDDED:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR_DIR / "threshold.sqlite3",
            # A correctness setting: with SQLite's own default two writers that both began by
            # reading end in "database is locked", whatever the time-out.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # Without recursive triggers a REPLACE deletes a final row past its triggers.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
                    "PRAGMA recursive_triggers=ON;"
                ),
            },
            "TEST": {"NAME": VAR_DIR / "test.sqlite3"},
        }
    }
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    }
    # Rate limits count in this one process; `make run` starts only one.
    SILENCED_SYSTEM_CHECKS = ["django_ratelimit.E003", "django_ratelimit.W001"]
else:
    DATABASE = environ.Env.db_url_config(env.text("DATABASE_URL"))
    if not DATABASE.get("ENGINE", "").endswith("postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must name PostgreSQL: postgres://user@host/name")
    if DEBUG:
        raise ImproperlyConfigured("DEBUG shows what people wrote to each other. Leave it out.")
    # A host that is gone is noticed by this side. What hangs without being gone is the affair of
    # accounts/deadline.py.
    OPTIONS: dict[str, str | int] = {
        "connect_timeout": 3,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
    if seconds := env.integer("STATEMENT_TIMEOUT", 0):
        OPTIONS["options"] = f"-c statement_timeout={seconds}s"
    DATABASE["OPTIONS"] = OPTIONS | DATABASE.get("OPTIONS", {})
    KEPT = {
        "CONN_MAX_AGE": env.integer("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        # They outlive a transaction, which a connection pooled by transactions does not.
        "DISABLE_SERVER_SIDE_CURSORS": not env.flag("SERVER_SIDE_CURSORS", default=False),
    }
    DATABASES = {"default": DATABASE | KEPT}
    if env.text("REPLICA_URL"):
        REPLICA = environ.Env.db_url_config(env.text("REPLICA_URL"))
        REPLICA["OPTIONS"] = OPTIONS | REPLICA.get("OPTIONS", {})
        # Read by accounts/late.py only. In tests it is the primary under another name.
        DATABASES["replica"] = REPLICA | KEPT | {"TEST": {"MIRROR": "default"}}
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": env.required("REDIS_URL", "Rate limits and the cache live in Redis."),
            # One short try; accounts/limits.py does not ask a store that failed three times.
            "OPTIONS": {"socket_timeout": 0.3, "socket_connect_timeout": 0.3},
        }
    }
    # W001 only knows third-party Redis back ends by name; Django's own is as atomic.
    SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]

# Where the bell is rung for people's open pages. Empty: in this one process.
LIVE_URL = "" if EMBEDDED else env.text("LIVE_URL", env.text("REDIS_URL"))

# Upkeep: what time brings is written down once a minute. No page waits for it, so a run that comes
# late, twice or in two places at once changes nothing that a person sees.

# Embedded, nothing listens: `manage.py up` has a thread for it (marketplace/keeper.py).
CELERY_BROKER_URL = "memory://" if EMBEDDED else env.text("BROKER_URL", env.text("REDIS_URL"))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# For ever, once a second (marketplace/celery.py).
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A mail server that is slow holds up mail and nothing else. A worker that is not told its queues
# takes from both.
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"upkeep": {}, "mail": {}}
CELERY_TASK_ROUTES = {"*.tasks.*mail*": {"queue": "mail"}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# What a worker held when it died is done by another: every task may run twice. One that nobody
# acknowledged comes back after longer than any may take.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# Without bound. A worker that has taken all it may does not look at its connection; and if it then
# cannot acknowledge, as the broker is away just now, kombu 5.7 leaves that place taken for ever: it
# would be connected, idle and deaf. What is taken too early costs nothing, as it runs out.
CELERY_WORKER_PREFETCH_MULTIPLIER = 0
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# In memory: there is no schedule file to keep, and every worker may bring its own beat.
CELERY_BEAT_SCHEDULER = "marketplace.beat:Sparing"
CELERY_BEAT_SCHEDULE = {
    # A doorbell, not an errand: it names no row, so one that is lost or late loses nothing, and
    # the few that lie there while nobody answers run out.
    "mail": {"task": "messaging.tasks.mail", "schedule": 1, "options": {"expires": 5}},
    "upkeep": {
        "task": "messaging.tasks.upkeep",
        "schedule": 60,
        # After a pause of the worker one run does what all that were missed would have done.
        "options": {"expires": 50},
    },
}
# What people were told is deleted after that time. A month is longer than any cause can be told
# again: without its row a request about to expire and a gate about to close would be.
NOTICES_KEPT = timedelta(days=env.integer("NOTICES_KEPT_DAYS", 180, least=30))

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "signup": "accounts.entrance.SignupForm",
    "login": "accounts.entrance.LoginForm",
    "reauthenticate": "accounts.entrance.ReauthenticateForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "add_email": "accounts.entrance.AddEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# The old address hears of a change, and its owner of a new password.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if EMBEDDED else "https"
# Sign-in, sign-up and reset are counted by accounts/limits.py; the rest by allauth itself, but for
# its count of failures by address alone, with which a stranger could lock the owner out.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": None,
    "signup": None,
    "reset_password": None,
}
USERSESSIONS_TRACK_ACTIVITY = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0)

# Language and time

LANGUAGE_CODE = "en"
# There is one language, so nothing is looked up. Every text is marked for the day there are two.
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# Files and mail

STATIC_URL = "/static/"
STATIC_ROOT = None if EMBEDDED else Path(env.text("STATIC_ROOT", str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
# Embedded: served from where they lie. Production: hashed and compressed by `collectstatic`.
WHITENOISE_USE_FINDERS = EMBEDDED
STATIC_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
if not EMBEDDED:
    STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}
if EMBEDDED:
    DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Threshold <door@threshold.invalid>")
else:
    DEFAULT_FROM_EMAIL = env.required(
        "DEFAULT_FROM_EMAIL", "What mail cannot be delivered comes back there: door@your.host"
    )
SUPPORT_EMAIL = env.text("SUPPORT_EMAIL", "")
if env.text("EMAIL_URL"):
    vars().update(environ.Env.email_url_config(env.text("EMAIL_URL")))
elif EMBEDDED:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
else:
    env.required("EMAIL_URL", "Sign-up sends mail: smtp://user:password@host:port")
# A claim on a mail outlives a server that takes this long (messaging/services/outbox.py).
EMAIL_TIMEOUT = 5
# Where links in mails lead: the process that sends them meets no request to read it from.
if EMBEDDED:
    SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{env.integer('PORT', 8000, least=1)}")
else:
    SITE_URL = env.text("SITE_URL", f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
SITE_URL = SITE_URL.rstrip("/")

# Safety

SECURE_COOKIES = not EMBEDDED
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "marketplace.errors.csrf_failure"
SECURE_SSL_REDIRECT = not EMBEDDED and env.flag("SECURE_SSL_REDIRECT", default=True)
# Whoever asks these stands beside the site, on plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 0 if EMBEDDED else env.integer("SECURE_HSTS_SECONDS", 31_536_000)
# Binding other hosts of the operator's is the operator's to decide.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=not EMBEDDED)
SECURE_HSTS_PRELOAD = env.flag("SECURE_HSTS_PRELOAD", default=not EMBEDDED)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 0
RATELIMIT_ENABLE = env.flag("RATELIMIT_ENABLE", default=True)

# What is told of the site while it runs

LOGGING = logs.config(level=env.text("LOG_LEVEL", "WARNING"), readable=EMBEDDED)
METRICS_TOKEN = env.text("METRICS_TOKEN")
PROMETHEUS_MULTIPROC_DIR = env.text("PROMETHEUS_MULTIPROC_DIR")
if PROMETHEUS_MULTIPROC_DIR and not Path(PROMETHEUS_MULTIPROC_DIR).is_dir():
    raise ImproperlyConfigured(
        "PROMETHEUS_MULTIPROC_DIR is not a folder. Make it, or leave it out."
    )
SENTRY_DSN = env.text("SENTRY_DSN")
if SENTRY_DSN:
    reporting.start(SENTRY_DSN)
