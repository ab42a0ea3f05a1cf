"""Settings, every one of them from the environment; `docs/operate.md` lists them."""

from datetime import timedelta
from pathlib import Path

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
CUSTOMER360_HOME = Path(env.str("CUSTOMER360_HOME", default=str(BASE_DIR / ".local"))).resolve()

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. Set it to a long random text, or set DEBUG=1 on your own machine."
        )
    SECRET_KEY = "only-for-development-on-a-machine-of-your-own"  # noqa: S105
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "testserver"] if DEBUG else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "sync",
    "audit",
    "engagement",
    "hierarchy",
    "customer360",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "csp",
    "django_htmx",
    "guardian",
    "simple_history",
    "axes",
    "django_celery_beat",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "customer360.visibility.middleware.ViewerMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "customer360.urls"
WSGI_APPLICATION = "customer360.wsgi.application"
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
                "customer360.context.shell",
            ],
            "builtins": ["customer360.templatetags.portal"],
        },
    }
]

# Two roles on one database: the app role runs, the owner role migrates and flushes. The app role has no UPDATE, DELETE
# or TRUNCATE on history and logs.
_app_url = env.str("DATABASE_URL", default="postgres://customer360_app@localhost/customer360")
_owner_url = env.str("DATABASE_OWNER_URL", default=_app_url)
DATABASES = {
    "default": {**env.db_url_config(_app_url), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True},
    "owner": env.db_url_config(_owner_url),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "customer360.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

# The brake on guessed passwords (django-axes). Its counters lie in PostgreSQL, so a wiped Redis forgets none. It counts
# a name at an address: who guesses elsewhere locks out nobody, and an office behind one address is not locked out.
AXES_FAILURE_LIMIT = env.int("SIGN_IN_ATTEMPTS", default=6)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("SIGN_IN_LOCK_MINUTES", default=15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "customer360.sign_in.locked"
AXES_CLIENT_IP_CALLABLE = "customer360.sign_in.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# How many proxies add to X-Forwarded-For before a request arrives; what stands further left, a client may have made up.
PROXIES = env.int("PROXIES", default=0)

LANGUAGE_CODE = "en-us"
TIME_ZONE = env.str("TIME_ZONE", default="America/New_York")
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = CUSTOMER360_HOME / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
# Django compares Origin with the host on every POST, and under no-referrer a browser sends "null" there.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 10 * 60 * 60
if not DEBUG:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# History has indexes of its own: customer360.models.base.History.
SIMPLE_HISTORY_DATE_INDEX = False

CELERY_BROKER_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 4 * 60 * 60
# A task that nears the limit is told first, so that its run is closed with a reason.
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 5 * 60
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than twice the hard time limit: a task that is still running must not be handed out a second time.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 9 * 60 * 60,
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 30,
}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# How alerts leave: a mail server as a URL (smtp+tls://user:password@host:587), and the secrets that sign webhooks.
vars().update(env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else "smtp://localhost:25"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="customer360@localhost")
ALERT_WEBHOOK_SECRETS = env.list("ALERT_WEBHOOK_SECRETS", default=[])
# The portal's own address, for links in alerts.
PORTAL_URL = env.str("PORTAL_URL", default="")

# How CC&B is reached, until an administrator saves the record CC&B connection, which then stands instead. Passwords are
# only here. A simulator and a real CC&B differ in these values alone.
CCB = {
    "dsn": env.str("CCB_DSN", default=f"127.0.0.1:{env.int('CCB_PORT', default=15210)}/CCB"),
    "wallet_directory": env.str("CCB_WALLET_DIRECTORY", default=""),
    "wallet_password": env.str("CCB_WALLET_PASSWORD", default=""),
    "wallet_password_file": env.str("CCB_WALLET_PASSWORD_FILE", default=""),
    "check_certificate_name": env.bool("CCB_CHECK_CERTIFICATE_NAME", default=True),
    "user": env.str("CCB_USER", default="CISREAD"),
    "password": env.str("CCB_PASSWORD", default="customer360" if DEBUG else ""),
    "password_file": env.str("CCB_PASSWORD_FILE", default=""),
    "owner": env.str("CCB_OWNER", default="CISADM"),
    "language": env.str("CCB_LANGUAGE", default="ENG"),
    "time_zone": env.str("CCB_TIME_ZONE", default=TIME_ZONE),
    "query_timeout_seconds": env.int("CCB_QUERY_TIMEOUT", default=1800),
    "batch_rows": env.int("CCB_BATCH_ROWS", default=20_000),
}
# How Salesforce is reached, until an administrator saves the record Salesforce connection, which then stands instead.
# Secrets are only here. Without a login address Salesforce is not connected, and nothing of it is read.
SALESFORCE = {
    "login_url": env.str("SALESFORCE_LOGIN_URL", default=""),
    "sign_in": env.str("SALESFORCE_SIGN_IN", default="jwt"),
    "consumer_key": env.str("SALESFORCE_CONSUMER_KEY", default=""),
    "consumer_secret": env.str("SALESFORCE_CONSUMER_SECRET", default=""),
    "consumer_secret_file": env.str("SALESFORCE_CONSUMER_SECRET_FILE", default=""),
    "private_key": env.str("SALESFORCE_PRIVATE_KEY", default="", multiline=True),
    "private_key_file": env.str("SALESFORCE_PRIVATE_KEY_FILE", default=""),
    "user": env.str("SALESFORCE_USER", default=""),
    "ca_file": env.str("SALESFORCE_CA_FILE", default=""),
    "proxy": env.str("SALESFORCE_PROXY", default=""),
    "api_version": env.str("SALESFORCE_API_VERSION", default="62.0"),
    "timeout_seconds": env.int("SALESFORCE_TIMEOUT", default=120),
    "bulk_minutes": env.int("SALESFORCE_BULK_MINUTES", default=60),
    "api_share_percent": env.float("SALESFORCE_API_SHARE_PERCENT", default=25.0),
    "bulk_rows": env.int("SALESFORCE_BULK_ROWS", default=2000),
    "hold_back_minutes": env.int("SALESFORCE_HOLD_BACK_MINUTES", default=5),
    "overlap_minutes": env.int("SALESFORCE_OVERLAP_MINUTES", default=15),
}
# The fiscal year that a new installation begins with; from then on it is edited in admin. A calendar of CC&B, or the
# month in which the year begins.
FISCAL_CALENDAR = env.str("FISCAL_CALENDAR", default="")
if len(FISCAL_CALENDAR) > 2:
    raise ImproperlyConfigured(f"FISCAL_CALENDAR is {FISCAL_CALENDAR}. Set it to a calendar of CC&B, two characters.")
FISCAL_YEAR_START_MONTH = env.int("FISCAL_YEAR_START_MONTH", default=1)
if not 1 <= FISCAL_YEAR_START_MONTH <= 12:
    raise ImproperlyConfigured(f"FISCAL_YEAR_START_MONTH is {FISCAL_YEAR_START_MONTH}. Set it to a month, 1 to 12.")
# A full compare that would mark more than this share of a stream's records removed stops and waits for a person.
REMOVAL_BRAKE_PERCENT = env.float("REMOVAL_BRAKE_PERCENT", default=2.0)
# How long a process may show the age of the data as it last read it; 0 reads it for every page.
SOURCES_KEPT_FOR_SECONDS = env.int("SOURCES_KEPT_FOR_SECONDS", default=5)
# A full compare of a large stream is read in ranges of so many rows, which workers share.
SYNC_RANGE_ROWS = env.int("SYNC_RANGE_ROWS", default=500_000)
if SYNC_RANGE_ROWS < 2:
    raise ImproperlyConfigured(f"SYNC_RANGE_ROWS is {SYNC_RANGE_ROWS}. Set it to the rows of a range, 2 or more.")
# How old a source's data may get, past its cadence, before its cards say "late".
FRESHNESS_GRACE_MINUTES = env.int("FRESHNESS_GRACE_MINUTES", default=120)

# A URL may hold what a rep typed (`?q=`), so no log line carries a query string.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        }
    },
    "filters": {"no_query_string": {"()": "customer360.logs.WithoutQueryString"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["no_query_string"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING" if DEBUG else "INFO")},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)
