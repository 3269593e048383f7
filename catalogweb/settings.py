"""Settings. Every value that differs between deployments is read here, from the environment, with its type."""

import ipaddress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from catalogweb.core.keys import key_from

env = Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where data lies ---------------------------------------------------------------------------
DATA_DIR = Path(env.str("CATALOGWEB_DATA", str(BASE_DIR / ".data"))).resolve()
DATABASE_URL = env.str("DATABASE_URL", f"sqlite:///{DATA_DIR / 'catalogweb.sqlite3'}")
SQLITE = DATABASE_URL.startswith("sqlite")

# --- keys: two, so that rotating one never touches what the other protects ------------------------
SECRET_KEY = key_from(env.str("CATALOGWEB_SECRET_KEY", ""), DATA_DIR / "signing.key", create=SQLITE)[0]
ENCRYPTION_KEYS = key_from(env.str("CATALOGWEB_ENCRYPTION_KEYS", ""), DATA_DIR / "encryption.key", create=SQLITE)

# --- who may reach it ---------------------------------------------------------------------------
PUBLIC_URL = env.str("CATALOGWEB_PUBLIC_URL", "").rstrip("/")
HTTPS = PUBLIC_URL.startswith("https://")
DEBUG = False
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] + ([urlsplit(PUBLIC_URL).hostname or ""] if PUBLIC_URL else [])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []
TRUSTED_PROXIES: list[str] = env.list("CATALOGWEB_TRUSTED_PROXIES", [])
for proxy in TRUSTED_PROXIES:
    try:
        ipaddress.ip_network(proxy)
    except ValueError:
        raise ImproperlyConfigured(
            f"CATALOGWEB_TRUSTED_PROXIES holds addresses or networks such as 10.0.0.0/24, and “{proxy}” is neither."
        ) from None
CORS_ALLOWED_ORIGINS: list[str] = env.list("CATALOGWEB_CORS_ORIGINS", [])
SIGNUP_OPEN = env.str("CATALOGWEB_SIGNUP", "closed", validate=validate.OneOf(["open", "closed"])) == "open"
SIGNUP_ROLE = env.str("CATALOGWEB_SIGNUP_ROLE", "viewer", validate=validate.OneOf(["viewer", "operator", "superuser"]))
ADMIN_EMAIL = env.str("CATALOGWEB_ADMIN_EMAIL", "admin@localhost.localdomain")
ADMIN_PASSWORD_FILE = env.str("CATALOGWEB_ADMIN_PASSWORD_FILE", "")

# --- mail: without an address of a mail server, none is sent -----------------------------------------
EMAIL_URL = env.str(
    "CATALOGWEB_EMAIL_URL",
    "",
    validate=validate.Regexp(
        r"\Z|(submission|smtp|console|file|memory|dummy)://",
        error="Write it as submission://USER:PASSWORD@mail.example.org, or smtp://mail.example.org.",
    ),
)
MAIL_ON = bool(EMAIL_URL)
if MAIL_ON:
    globals().update(env.dj_email_url("CATALOGWEB_EMAIL_URL"))
    # The package takes the first slash away.
    EMAIL_FILE_PATH = urlsplit(EMAIL_URL).path
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("CATALOGWEB_EMAIL_FROM", f"catalogweb@{urlsplit(PUBLIC_URL).hostname or 'localhost'}")

# --- limits -------------------------------------------------------------------------------------
ACCESS_TOKEN_SECONDS = env.int("CATALOGWEB_ACCESS_TOKEN_SECONDS", 3600)
REFRESH_TOKEN_SECONDS = env.int("CATALOGWEB_REFRESH_TOKEN_SECONDS", 14 * 24 * 3600)
CHANGE_LOG_DAYS = env.int("CATALOGWEB_CHANGE_LOG_DAYS", 365)
SECRETS_DIR = env.str("CATALOGWEB_SECRETS_DIR", "")
DELIVERY_DAYS = env.int("CATALOGWEB_DELIVERY_DAYS", 365)
EVENT_DAYS = env.int("CATALOGWEB_EVENT_DAYS", 90)
SAMPLE_HOURS = env.int("CATALOGWEB_SAMPLE_HOURS", 48)
MANIFEST_MAX_BYTES = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * MANIFEST_MAX_BYTES
SNAPSHOT_MAX_BYTES = env.int("CATALOGWEB_SNAPSHOT_MAX_MB", 500) * 1024 * 1024
HARDWARE_MAX_BYTES = env.int("CATALOGWEB_HARDWARE_MAX_KB", 1024) * 1024
TRACE_MAX_CHARACTERS = env.int("CATALOGWEB_TRACE_MAX_KB", 256) * 1024

# --- calls to registries: checks of images and credentials --------------------------------------------
REGISTRY_CHECKS = env.bool("CATALOGWEB_REGISTRY_CHECKS", True)
REGISTRY_PRIVATE_ADDRESSES = env.bool("CATALOGWEB_REGISTRY_PRIVATE_ADDRESSES", True)
# `registry=login` pairs: which other host may be given a registry's credentials, since it gives out its tokens.
REGISTRY_TOKEN_HOSTS: dict[str, str] = env.dict("CATALOGWEB_REGISTRY_TOKEN_HOSTS", {})

# --- the SSH server that agents' tunnels lead to ----------------------------------------------------
TUNNEL_HOST = env.str("CATALOGWEB_TUNNEL_HOST", (urlsplit(PUBLIC_URL).hostname or "") if PUBLIC_URL else "localhost")
TUNNEL_USERNAME = env.str("CATALOGWEB_TUNNEL_USERNAME", "tunnel")
TUNNEL_PASSWORD = env.str("CATALOGWEB_TUNNEL_PASSWORD", "")
TUNNEL_RSA_KEY = env.str("CATALOGWEB_TUNNEL_RSA_KEY", "")
TUNNEL_PORTS: list[int] = env.list("CATALOGWEB_TUNNEL_PORTS", [2000, 10000], subcast=int, delimiter="-")

INSTALLED_APPS = [
    # First, so that its commands stand before Django's of the same name.
    "catalogweb.commands",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "corsheaders",
    "catalogweb.core",
    "catalogweb.jobs",
    "catalogweb.changelog",
    "catalogweb.accounts",
    "catalogweb.agents",
    "catalogweb.controller",
    "catalogweb.configuration",
    "catalogweb.catalog",
    "catalogweb.edge_resources",
    "catalogweb.application_templates",
    "catalogweb.deployments",
    "catalogweb.maintenance",
    "catalogweb.history",
    "catalogweb.web",
    "catalogweb.api",
    "catalogweb.backoffice.apps.BackofficeConfig",
    "catalogweb.backoffice.apps.AdminConfig",
]

MIDDLEWARE = [
    "catalogweb.web.middleware.TrustedProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "catalogweb.web.middleware.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "catalogweb.web.middleware.DoorMiddleware",
    "catalogweb.web.middleware.RefusalMiddleware",
    "catalogweb.web.live.LiveMiddleware",
]

ROOT_URLCONF = "catalogweb.urls"
WSGI_APPLICATION = "catalogweb.wsgi.application"
if CORS_ALLOWED_ORIGINS:
    MIDDLEWARE.insert(0, "catalogweb.api.cors.PreflightMiddleware")
# Tokens travel in a header that scripts set, never in cookies.
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"(?i)/api/"
CORS_ALLOW_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "request-id"]
# An agent takes a redirect of a write as success: slashes are matched, never redirected to.
APPEND_SLASH = False

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
                "catalogweb.web.context.product",
            ],
            "builtins": ["catalogweb.web.templatetags.catalogweb", "lucide.templatetags.lucide"],
        },
    },
]


# --- database -----------------------------------------------------------------------------------
def _database() -> dict[str, Any]:
    """Refused in words of our own: the library's hold parts of the password."""
    try:
        found: dict[str, Any] = env.dj_db_url("DATABASE_URL", DATABASE_URL)
    except Exception:
        found = {}
    if found.get("ENGINE", "").rpartition(".")[2] not in ("sqlite3", "postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_URL is not an address such as postgresql://USER:PASSWORD@HOST:PORT/NAME. "
            "In the password, write / as %2F, # as %23, ? as %3F, @ as %40 and [ as %5B."
        )
    return found


DATABASES = {"default": _database()}
if SQLITE:
    # A connection lives as long as its thread: opening one per request halves the rate of small requests.
    DATABASES["default"] |= {
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # Writers queue at BEGIN instead of failing half-way with "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
        },
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 0, "OPTIONS": {"pool": {"min_size": 1, "max_size": 16}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people and passwords -------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:overview"
LOGOUT_REDIRECT_URL = "web:sign-in"
# Where mailed links lead.
ACTIVATION_URL = "web:activate-with"
PASSWORD_FORGOTTEN_URL = "web:password-forgotten"  # noqa: S105 - a page
PASSWORD_RESET_URL = "web:password-reset"  # noqa: S105 - a page

# --- safety of pages ------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_HSTS_SECONDS = env.int("CATALOGWEB_HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
# Browsers keep what is on their list for years: never without being asked for by name.
SECURE_HSTS_PRELOAD = env.bool("CATALOGWEB_HSTS_PRELOAD", False)
# The proxy redirects people to https; the product never redirects, since agents take a redirect as success.
SECURE_SSL_REDIRECT = False
# W009 wants 50 characters; core.checks counts random bits instead.
SILENCED_SYSTEM_CHECKS = ["security.W008", "security.W009", "security.W021"] + (
    [] if SECURE_HSTS_SECONDS else ["security.W004"]
)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- language, time, static files -------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = env.str("CATALOGWEB_STATIC_ROOT", None)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["catalogweb.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["catalogweb.api.parsers.TolerantJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "catalogweb.api.errors.envelope",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "catalogweb",
    "DESCRIPTION": "The ioFog-compatible REST API of catalogweb.",
    "VERSION": "3.7.3",
    "SERVE_INCLUDE_SCHEMA": False,
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    # One line says it; a traceback for every scanner that guesses a host name says nothing more.
    # A mistyped address is the visitor's affair; what fails here is logged as an error.
    "loggers": {
        "django.security.DisallowedHost": {"handlers": [], "propagate": False},
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["console"], "level": env.str("CATALOGWEB_LOG_LEVEL", "WARNING")},
}
